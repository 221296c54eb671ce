"""Robots and gateways: added by one, put into use by another, tried out, suspended. An address is never changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from zhijin.broadcast import channels, errors
from zhijin.broadcast.models import Broadcast, Channel, Post
from zhijin.core import clock, crypto, egress, facts, identifiers, jobs, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key, uuid7
from zhijin.core.scope import scope_q, scoped
from zhijin.places import api as places

#: Hosts beside the vendors' own that a channel may name, as ``host`` or ``host:port``; separated by commas.
HOSTS = "ZHIJIN_CHANNEL_HOSTS"
URL, SECRET, NUMBER = "channel.url", "channel.secret", "channel.number"
POST = "broadcast.post"
QUEUE = "channels"
MOST_LABEL, MOST_URL = 40, 500
TRIAL = timedelta(minutes=2)
State = Channel.State


@dataclass(frozen=True)
class Wanted:
    """A channel as somebody asks for it."""

    kind: str
    label: str
    place_code: str
    url: str
    secret: str = ""
    least: str = "plain"
    shared: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Wanted({self.kind} {self.label})"


def add(*, actor: Actor, wanted: Wanted) -> Channel:
    """Register a channel; somebody else has to put it into use. Raises BC002, BC018, CO400, CO403."""
    kind = channels.kind(wanted.kind)
    label = wanted.label.strip()
    if (
        kind is None
        or not 1 <= len(label) <= MOST_LABEL
        or wanted.least not in Broadcast.Level.values
    ):
        raise BAD_REQUEST(fields={"label": label})
    if not places.known(wanted.place_code):
        raise errors.NO_AREA(fields={"place_code": str(errors.NO_AREA.message)})
    actor.require("channel.manage", place_key(wanted.place_code))
    given = {name: wanted.settings.get(name, "").strip() for name in kind.settings}
    route = channels.Route(wanted.url.strip(), wanted.secret.strip(), given)
    _check(kind, route)
    with scoped(actor):
        row = Channel.objects.create(
            county=county_of(wanted.place_code), place_code=wanted.place_code,
            place_key=place_key(wanted.place_code), kind=kind.key, label=label,
            url=crypto.seal(URL, route.url), secret=crypto.seal(SECRET, route.secret) if route.secret else None,
            shown=_shown(route.url), settings=given, least=wanted.least, shared=wanted.shared,
            made_at=clock.now(), made_by=actor.label, maker=actor.name[:60],
        )  # fmt: skip
        note(actor, row, "add")
    return row


def _check(kind: channels.Channel, route: channels.Route) -> None:
    """Raises BC018."""
    rule = kind.secret
    if (rule == "required" and not route.secret) or (rule == "none" and route.secret):
        what = _("请填写密钥。") if rule == "required" else _("这种渠道没有密钥，请留空。")
        raise errors.BAD_CHANNEL(what=what, fields={"secret": what})
    if len(route.url) > MOST_URL or len(route.secret) > MOST_URL:
        raise errors.BAD_CHANNEL(what=_("太长了。"), fields={"url": _("太长了。")})
    try:
        allowed(kind, route.url)
        kind.check(route)
    except (channels.Bad, egress.Refused) as error:
        what = str(error) if isinstance(error, channels.Bad) else _("地址要以 https 开头。")
        raise errors.BAD_CHANNEL(what=what, fields={"url": what}) from error


def allowed(kind: channels.Channel, url: str) -> None:
    """Whether messages may go there: to the vendor, or where the installation allows it. Looked at before every
    message; :mod:`zhijin.core.egress` refuses inside addresses beside it. Raises Bad, egress.Refused."""
    parts = egress.check_url(url)
    host = (parts.hostname or "").lower()
    further = {one.strip().lower() for one in os.environ.get(HOSTS, "").split(",") if one.strip()}
    at_vendor = host in kind.hosts and parts.port in {None, 443} and parts.scheme == "https"
    if not at_vendor and host not in further and f"{host}:{parts.port}" not in further:
        raise channels.Bad(_("{host} 不是这种渠道的主机，也没有获准。").format(host=host))


def _shown(url: str) -> str:
    """The host, and the last characters of the address, by which people tell two apart."""
    return f"{urlsplit(url).netloc[:60]} …{url[-4:]}"


def confirm(*, actor: Actor, pk: UUID) -> Channel:
    """Put it into use, first or again. Raises BC019 for whoever added it, BC020, CO403, CO404."""
    with scoped(actor):
        row = _locked(actor, pk, State.WAITING, State.SUSPENDED)
        if actor.label == row.made_by:
            raise errors.SAME_HAND()
        row.state, row.why, row.failures = State.ACTIVE, "", 0
        row.confirmed_at, row.confirmer = clock.now(), actor.name[:60]
        row.save(update_fields=["state", "why", "failures", "confirmed_at", "confirmer"])
        note(actor, row, "confirm")
    return row


def suspend(*, actor: Actor, pk: UUID, why: str = "") -> Channel:
    """Nothing goes there any more; what waits is withdrawn. Raises BC020, CO403, CO404."""
    with scoped(actor):
        row = _locked(actor, pk, State.WAITING, State.ACTIVE)
        suspended(actor, row, " ".join(why.split())[:160])
    return row


def suspended(actor: Actor, row: Channel, why: str) -> None:
    """Out of use, with everything that waits; the caller has the lock."""
    row.state, row.why = State.SUSPENDED, why
    row.save(update_fields=["state", "why"])
    waiting = Post.objects.filter(channel_id=row.id, state=Post.State.WAITING)
    waiting.update(state=Post.State.WITHDRAWN, next_at=None, number=None, done_at=clock.now())
    note(actor, row, "suspend", why=why)


def trial(*, actor: Actor, pk: UUID, number: str = "") -> Post:
    """Send “this is a test”, also before the channel is in use; ``number`` for kinds that reach persons.

    Raises BC018, BC020, CO403, CO404.
    """
    with scoped(actor):
        row = _locked(actor, pk, State.WAITING, State.ACTIVE)
        kind, plain = channels.kind(row.kind), identifiers.plain_phone(number)
        if kind is None:
            raise errors.BAD_CHANNEL(what=_("没有安装这种渠道的组件。"))
        if kind.personal and not takes_texts(plain):
            what = _("请填写收测试短信的手机号。")
            raise errors.BAD_CHANNEL(what=what, fields={"number": what})
        now = clock.now()
        post = Post.objects.create(
            county=row.county, place_code=row.place_code, place_key=row.place_key, broadcast_id=uuid7(),
            channel_id=row.id, kind=row.kind, label=row.label, what="test", next_at=now, until=now + TRIAL,
            number=crypto.seal(NUMBER, plain) if kind.personal else None, made_at=now,
        )  # fmt: skip
        note(actor, row, "trial")
        jobs.defer(POST, queue=QUEUE, lock=row.record, post=str(post.id))
    return post


def takes_texts(number: str) -> bool:
    """A demonstration's numbers reach nobody, so they are for demonstrations."""
    test = settings.ZHIJIN_DEMO and identifiers.is_test_phone(number)
    return identifiers.is_mobile(number) or bool(test)


def _locked(actor: Actor, pk: UUID, *states: str) -> Channel:
    rows = Channel.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NOT_FOUND()
    actor.require("channel.manage", row.place_key)
    if row.state not in states:
        raise errors.CHANNEL_STATE(state=row.get_state_display())
    return row


def note(actor: Actor, row: Channel, verb: str, **detail: str) -> None:
    """A journal row and a fact, in the transaction of the change; never the address or the secret."""
    told = {"kind": row.kind, "label": row.label, **detail}
    journal.write(actor, f"channel.{verb}", row.record, place_key=row.place_key, detail=told)
    facts.record(
        f"channel.{verb}", at=clock.now(), place_code=row.place_code, subject=row.kind, actor=actor,
        record=row.record, attrs={"kind": row.kind},
    )  # fmt: skip
