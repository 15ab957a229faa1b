"""Who: accounts, handles, sign-in."""
