"""Places: divisions of the country, groups and grids below the village, and their geometry."""
