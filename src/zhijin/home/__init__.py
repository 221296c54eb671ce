"""The four faces' entry pages, and the demonstration. Composes what the rooms below offer."""
