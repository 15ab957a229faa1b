"""The studio of the network: drafts, their takes, and cuts that people share."""
