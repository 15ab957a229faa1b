"""Events in, a ranked and explained feed out. Pivot: `Candidate`."""
