"""What follows from one line of a case's timeline: one module per effect, each done exactly once."""
