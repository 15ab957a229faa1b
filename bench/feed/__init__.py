"""How many pages of the feed one process on one core gives out, beside a bare Django view."""
