"""Pages on which people write: updates, reviews, milestones, money."""
