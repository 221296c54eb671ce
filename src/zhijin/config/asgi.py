"""The event process: one query a second for everybody, fanned out to the open pages as server-sent events.
It tells that something happened and where, never what; the page asks for the rest under its own rights."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import django

from zhijin.config.booting import keeping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
with keeping():
    django.setup()

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from zhijin.core import clock, live
from zhijin.core.actor import EVERYTHING, Scope
from zhijin.core.scope import multirange

log = logging.getLogger("zhijin.events")
POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
#: After this long the page connects anew, and its rights are looked at again.
LIFE_SECONDS = 900.0
BACKLOG = 200
BATCH = 1000

#: Facts of finished transactions since the last look. ``tx`` orders by visibility, not by clock.
_NEW_FACTS = """
WITH edge AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS x)
SELECT edge.x::text, f.kind, f.place_code, f.place_key, f.record
FROM edge LEFT JOIN core_fact f
  ON f.tx >= %s::xid8 AND f.tx < edge.x AND f.at > %s::timestamptz - interval '10 minutes'
LIMIT %s
"""


@dataclass(eq=False)
class Listener:
    """One open page."""

    scope: Scope
    kinds: tuple[str, ...]
    bare: bool = False
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(BACKLOG))

    def offer(self, kind: str, place_key: int, message: str) -> None:
        if self.kinds and not kind.startswith(self.kinds):
            return
        if not self.scope.covers(place_key):
            return
        if self.queue.full():
            # Too slow to tell one by one: let the page read everything again.
            while not self.queue.empty():
                self.queue.get_nowait()
            message = "event: reload\ndata: {}\n\n"
        elif self.bare:
            message = "event: fact\ndata: {}\n\n"
        self.queue.put_nowait(message)


class Hub:
    """Reads new facts while anybody listens."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.edge = ""

    async def run(self) -> None:
        while True:
            try:
                async with await self._connect() as connection:
                    while True:
                        await asyncio.sleep(POLL_SECONDS)
                        await self._look(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("events: %s", error)
                await asyncio.sleep(POLL_SECONDS)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(
            settings.APP_URL, application_name="zhijin-events"
        )

    async def _look(self, connection: psycopg.AsyncConnection[Any]) -> None:
        if not self.listeners:
            self.edge = ""
            return
        now = await sync_to_async(clock.now)()
        async with connection.transaction():
            everything = multirange(EVERYTHING.places)
            await connection.execute("SELECT set_config('app.scope', %s, true)", (everything,))
            if not self.edge:
                sought = await connection.execute(
                    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
                )
                self.edge = str((await sought.fetchone())[0])  # type: ignore[index]
                return
            rows = await (await connection.execute(_NEW_FACTS, (self.edge, now, BATCH))).fetchall()
        for edge, kind, place, key, record in rows:
            self.edge = edge
            if kind is not None:
                self._tell(kind, place, key, record)

    def _tell(self, kind: str, place: str, key: int, record: str) -> None:
        data = json.dumps({"kind": kind, "place": place, "record": record})
        message = f"event: fact\ndata: {data}\n\n"
        for listener in self.listeners:
            listener.offer(kind, key, message)


hub = Hub()


async def stream(request: Request) -> Response:
    """``GET /events/stream?token=…&kinds=case.,notice.``"""
    try:
        told = live.read_token(request.query_params.get("token", ""))
    except (signing.BadSignature, KeyError, ValueError, TypeError):
        return PlainTextResponse("token", status_code=403)
    asked = tuple(k for k in request.query_params.get("kinds", "").split(",") if k)
    listener = Listener(told.scope, told.kinds or asked, told.bare)
    headers = {
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "Access-Control-Allow-Origin": told.page_origin,
        "Vary": "Origin",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_messages(listener), media_type="text/event-stream", headers=headers)


async def _messages(listener: Listener) -> AsyncIterator[str]:
    until = time.monotonic() + LIFE_SECONDS
    hub.listeners.add(listener)
    try:
        yield "retry: 3000\n\n"
        while time.monotonic() < until:
            try:
                yield await asyncio.wait_for(listener.queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        hub.listeners.discard(listener)


async def health(request: Request) -> Response:
    return PlainTextResponse("ok")


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(hub.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


application = Starlette(
    routes=[Route("/events/stream", stream), Route("/healthz", health)], lifespan=lifespan
)
