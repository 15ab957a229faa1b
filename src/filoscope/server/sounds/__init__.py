"""What is heard: sounds and who made them."""
