"""Measurements: one module each, run by ``zhijin bench NAME``."""
