"""What people do with clips and each other: follow, like, save, comment, block, be told."""
