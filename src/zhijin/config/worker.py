"""``zhijin worker``: does the jobs that rooms queued, and takes up again what a killed worker dropped."""

from __future__ import annotations

import argparse
import asyncio

from procrastinate import App, JobContext
from procrastinate.contrib.django import app as django_app

from zhijin.core import tasks

#: A worker that has not been heard of for this long is dead (it reports every ten seconds).
DEAD_AFTER_SECONDS = 30


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM or SIGINT; running jobs are finished first."""
    connector = django_app.connector.get_worker_connector()  # type: ignore[attr-defined]
    ended = tasks.start()
    try:
        with django_app.replace_connector(connector) as worker_app:
            asyncio.run(_work(worker_app, args.concurrency))
    finally:
        ended.set()
    return 0


async def _work(app: App, concurrency: int) -> None:
    async with app.open_async():
        await take_up_dropped(app)
        await app.run_worker_async(
            name="zhijin",
            concurrency=concurrency,
            delete_jobs="successful",
            shutdown_graceful_timeout=15,
            install_signal_handlers=True,
        )


async def take_up_dropped(app: App) -> int:
    """Queue again the jobs of workers that died; tasks are safe to run twice. Returns how many."""
    manager = app.job_manager
    dropped = list(await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS))
    for job in dropped:
        await manager.retry_job(job)
    await manager.prune_stalled_workers(DEAD_AFTER_SECONDS)
    return len(dropped)


@django_app.periodic(cron="* * * * *")
@django_app.task(
    name="config.take_up_dropped", queueing_lock="config.take_up_dropped", pass_context=True
)
async def take_up_dropped_task(context: JobContext, timestamp: int) -> None:
    """Every minute, for installations with several workers."""
    await take_up_dropped(context.app)
