"""Reading pages: overview, pillar, initiative, lists, rollups, explanations, data."""
