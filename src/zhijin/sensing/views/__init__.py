"""Pages of the sensing room."""
