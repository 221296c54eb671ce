"""What enter once registers when the application starts."""

from __future__ import annotations

from zhijin.assessment.enter_once import services, words
from zhijin.assessment.enter_once.catalogue import facilities, registers, standings, work
from zhijin.core import labels
from zhijin.core.tasks import register_tick

_DAY = 86_400.0
_done = False


def install() -> None:
    """Register measures, the names of actions, and the clearing of old files."""
    global _done
    if _done:
        return
    _done = True
    registers.install()
    work.install()
    standings.install()
    facilities.install()
    labels.register_actions(words.ACTIONS)
    register_tick("assessment.clear_originals", _DAY / 4, services.clear_originals)
