"""Two at one moment: a warning is cancelled while it goes out, a broadcast stopped while its message is on the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.broadcast.conftest import SYSTEM
from tests.broadcast.test_cap import state, xml
from tests.broadcast.test_channels import State, channel, posts, run, said, tone, vendors
from tests.support.racing import overtaken
from zhijin.broadcast import cap
from zhijin.broadcast.channels import Verdict
from zhijin.broadcast.models import Alert, Broadcast
from zhijin.broadcast.services import alerts, posting, sending, stopping
from zhijin.core.scope import scoped

__all__ = ["tone", "vendors"]


def cancelled(actor: Any) -> Alert:
    back = cap.Reference("zhaoyang@weather.example", "CMA-1", "")
    return alerts.receive(
        actor=actor, data=xml(number=2, kind="Cancel", info=None, references=(back,))
    )


@pytest.mark.django_db(transaction=True)
def test_a_warning_that_is_cancelled_while_it_goes_out_is_stopped(village, cast):
    actor = cast.branch_secretary.actor
    made = alerts.use(actor=actor, pk=alerts.receive(actor=actor, data=xml()).id)
    overtaken(lambda: sending.submit(actor=actor, pk=made.id), lambda: cancelled(actor))
    with scoped(SYSTEM):
        assert Broadcast.objects.get(pk=made.pk).state == "stopped"


@pytest.mark.django_db(transaction=True)
def test_a_warning_that_somebody_dismisses_at_that_moment_stays_dismissed(village, cast):
    actor = cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=xml())
    overtaken(lambda: alerts.dismiss(actor=actor, pk=row.id), lambda: cancelled(actor))
    assert state(row) == "dismissed"


@pytest.mark.django_db
def test_who_got_a_message_that_was_on_its_way_when_it_was_stopped_is_told_so(village, vendors):
    row = said(channel(vendors))
    (post,) = posts(row)
    claimed = posting._claim(post.id)
    assert claimed is not None
    stopping.stop(actor=SYSTEM, pk=row.id, why="误报")
    assert posts(row, "stop") == []
    posting._settle(claimed[0], Verdict("sent"))
    assert [one.state for one in posts(row)] == [State.SENT]
    assert run(row, "stop") == {"wecom": State.SENT}
    assert "已经停播" in vendors.got[-1][1]["text"]["content"]


@pytest.mark.django_db(transaction=True)
def test_who_is_written_down_as_told_at_that_moment_is_told_so_too(village, vendors):
    row = said(channel(vendors))
    (post,) = posts(row)
    claimed = posting._claim(post.id)
    assert claimed is not None
    overtaken(
        lambda: posting._settle(claimed[0], Verdict("sent")),
        lambda: stopping.stop(actor=SYSTEM, pk=row.id, why="误报"),
    )
    assert [one.state for one in posts(row)] == [State.SENT]
    assert [one.kind for one in posts(row, "stop")] == ["wecom"]
