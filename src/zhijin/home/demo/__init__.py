"""A demonstration's population: seeded, on real places, every record flagged as simulated.

``register_step`` lets a later step (cases, points) join in. Nothing here runs on a real installation.
"""

from zhijin.home.demo.registry import Demo, Scale, register_step

__all__ = ["Demo", "Scale", "register_step"]
