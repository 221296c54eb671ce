"""Rural construction: what was built in a village stands as facts, and what follows of it is computed."""
