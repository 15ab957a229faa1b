"""What comes next: pages of clips, and the events that teach them."""
