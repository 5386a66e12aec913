"""How the API writes rollups, figures, their explanations, differences and series."""
