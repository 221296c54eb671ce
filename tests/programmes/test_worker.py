"""A real worker finds the jobs of programmes and does them; one that is killed in the middle loses nothing."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from procrastinate.contrib.django import app

from tests.cast import Cast
from tests.programmes.conftest import SYSTEM, opened, step
from zhijin.core.scope import scoped
from zhijin.core.tasks import registered
from zhijin.programmes.models import Effect, Notice

pytestmark = pytest.mark.django_db(transaction=True)


def test_jobs_and_chores_are_known_by_their_names() -> None:
    assert {"programmes.case_event", "programmes.deliver"} <= set(app.tasks)
    names = {tick.name for tick in registered()}
    assert {"programmes.follow_ups", "programmes.deliveries"} <= names


def work() -> None:
    """Do every job that waits, as ``zhijin worker`` does."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]

    async def run(worker_app: Any) -> None:
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                wait=False, install_signal_handlers=False, listen_notify=False, concurrency=2
            )

    # In a thread of its own: a browser test may have left an event loop running in this one.
    with app.replace_connector(connector) as worker_app, ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(run(worker_app))).result(120)


def test_a_worker_does_what_follows(effects: None, cast: Cast) -> None:
    made = opened()
    step(cast, made, "handling")
    work()
    with scoped(SYSTEM):
        assert Notice.objects.filter(case_id=made.case_id, role="reporter").count() == 1
        before = Effect.objects.count()
    work()
    with scoped(SYSTEM):
        assert Effect.objects.count() == before
