"""Deliberation: what residents propose, what bodies decide step by step, and the service lists of an alliance."""
