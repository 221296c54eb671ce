"""Services and a clock that is set back; what is over stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.activities.service.conftest import DONE, do
from zhijin.activities.service import claiming
from zhijin.core import clock
from zhijin.core.errors import Refusal

pytestmark = pytest.mark.django_db


def test_a_clock_set_back_confirms_nothing_before_it_was_done(world):
    claim = world.done()
    with clock.freeze(clock.now() - timedelta(days=400)):
        row = do(world.secretary, claiming.confirm, claim_id=claim.id, satisfied=True)
    assert row.confirmed_at == world.fresh(claim).done_at


def test_what_was_confirmed_or_withdrawn_stays(world):
    claim = world.confirmed()
    for service in (claiming.withdraw, claiming.report_done):
        more = {"done": DONE} if service is claiming.report_done else {}
        with pytest.raises(Refusal) as caught, transaction.atomic():
            do(world.leader.actor, service, claim_id=claim.id, **more)
        assert caught.value.id == "AV001"
