"""Zhijin 织锦: the open platform for grassroots governance."""

__version__ = "0.1.0"
