"""What the worker does for broadcasts: has them spoken by a voice that takes its time, and tells channels of them."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import close_old_connections

from zhijin.broadcast.services import channels, drafting, knocking, posting
from zhijin.broadcast.speech.engines import Unavailable
from zhijin.core import jobs

log = logging.getLogger("zhijin.broadcast")


@jobs.task(drafting.SPEAK, retry=2)
def speak(broadcast: str) -> None:
    """The quick voice has spoken already, so that one which fails takes nothing away."""
    try:
        drafting.speak_better(UUID(broadcast))
    except Unavailable:
        log.exception("the natural voice did not speak %s", broadcast)


@jobs.task(knocking.KNOCK)
def knock(broadcast: str) -> None:
    """Whoever has a case already gets no second one, however often this runs."""
    knocking.run(UUID(broadcast))


@jobs.task(channels.POST, queue=channels.QUEUE)
def post(post: str) -> None:
    """One attempt; further ones are queued by the sweep."""
    close_old_connections()
    posting.deliver(UUID(post))
