"""Import of divisions: find a source, read and check its rows, load them, keep history."""
