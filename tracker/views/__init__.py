"""Pages of the ground floor."""
