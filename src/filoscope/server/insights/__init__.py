"""The owner's page: how the feed fares, and what other weights would do."""
