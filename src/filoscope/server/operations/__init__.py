"""What an owner types: serve, worker, demo, doctor, backup."""
