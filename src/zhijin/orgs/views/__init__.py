"""Pages of organisations, posts and tables on the desk."""
