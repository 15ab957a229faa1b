"""Quality and speed against named peers, in one run, as ratios."""
