"""What belongs to a person: erasure."""
