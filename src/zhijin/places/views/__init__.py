"""Pages of places on the desk and the portal."""
