"""What other rooms may use of broadcasts."""

from zhijin.broadcast.demo import seed as seed_demo
from zhijin.broadcast.models import Broadcast
from zhijin.broadcast.programme import load as load_programme
from zhijin.broadcast.public import Notice, in_force
from zhijin.broadcast.selectors import OnAir, on_air
from zhijin.broadcast.wire import run as run_voice

__all__ = [
    "Broadcast",
    "Notice",
    "OnAir",
    "in_force",
    "load_programme",
    "on_air",
    "run_voice",
    "seed_demo",
]
