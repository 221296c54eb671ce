"""One request to a channel, what its answer means, and how the end of a message is written down."""

from __future__ import annotations

import time
from datetime import timedelta

from zhijin.broadcast import channels
from zhijin.broadcast.models import Broadcast, Channel, Post
from zhijin.broadcast.services.channels import SECRET, URL, allowed, suspended
from zhijin.broadcast.services.common import SYSTEM, note
from zhijin.core import clock, crypto, egress

#: Waits after each attempt that failed.
WAITS = tuple(timedelta(seconds=s) for s in (5, 15, 60, 180, 600))
#: So many messages in a row that a channel refused or that were given up, and it is suspended.
STOP_AFTER = 10
AGENT = "Zhijin-Channel/1"
#: What may be mended by waiting.
_PASSING = {"timeout", "connection", "unknown_host"}


def exchange(
    channel: Channel, kind: channels.Channel, message: channels.Message, number: str, ref: str
) -> channels.Verdict:
    """One request and what its answer means; every failure is a verdict."""
    secret = crypto.unseal(SECRET, channel.secret) if channel.secret is not None else ""
    route = channels.Route(crypto.unseal(URL, channel.url), secret, channel.settings, number, ref)
    try:
        allowed(kind, route.url)
        # The real clock: signatures are checked against it, demonstration or not.
        call = kind.call(route, message, time.time())
    except (channels.Bad, egress.Refused) as error:
        return channels.Verdict("refused", str(error))
    outcome = egress.post(call.url, call.body, {**call.headers, "User-Agent": AGENT})
    if not outcome.status:
        again = outcome.error in _PASSING
        return channels.Verdict("again" if again else "refused", outcome.error)
    verdict = kind.verdict(route, outcome.status, outcome.body)
    return channels.Verdict(verdict.state, _harmless(verdict.reason, route), verdict.wait)


def _harmless(reason: str, route: channels.Route) -> str:
    """The vendor's words without what must not be written down, should they repeat it."""
    out = " ".join(reason.split())
    for private in (route.number, route.secret, route.url):
        out = out.replace(private, "***") if private else out
    return out[:160]


def count(channel: Channel, *, well: bool, why: str) -> None:
    """Failures in a row; too many and the channel is suspended. The caller has the lock."""
    channel.failures = 0 if well else channel.failures + 1
    channel.save(update_fields=["failures"])
    if channel.failures >= STOP_AFTER and channel.state == Channel.State.ACTIVE:
        suspended(SYSTEM, channel, why)


def close(post: Post, state: str, reason: str) -> None:
    """The end of a message, and its outcome told. The caller has the lock."""
    post.state, post.reason, post.next_at, post.number = state, reason[:160], None, None
    post.done_at = clock.now()
    post.save(update_fields=["state", "reason", "next_at", "number", "done_at"])
    told(post)


def told(post: Post) -> None:
    """The outcome in the journal and as a fact of the broadcast; a trial is neither."""
    row = Broadcast.objects.filter(pk=post.broadcast_id).first()
    if row is not None:
        detail = {"channel": post.kind, "what": post.what, "state": post.state}
        note(SYSTEM, row, "post", value=max(1, post.done), detail=detail)
