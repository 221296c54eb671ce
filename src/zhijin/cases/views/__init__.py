"""The pages of cases on the three faces."""
