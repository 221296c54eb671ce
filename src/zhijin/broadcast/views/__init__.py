"""Pages of the broadcast room."""
