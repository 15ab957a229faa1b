"""Pages of the feed, of one clip, of what can be found, and the beacon."""
