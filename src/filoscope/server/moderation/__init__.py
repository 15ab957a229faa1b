"""What must not be shown: reports, the queue, the decisions."""
