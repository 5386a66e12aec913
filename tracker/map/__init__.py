"""A map of Canada, drawn on the server: base map, projection, numbered markers."""
