"""What waits for the viewer's own hand in service, services asked for, applications for others, deliberation, study
and elections: counts, in one statement.

Only where they hold the next step themselves: a county officer is not told of what a village has to confirm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import ngettext

from zhijin.activities.deliberation import programme as deliberation
from zhijin.activities.models import Claim, Matter, Passage, Proxy, ServiceRequest, Study
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.errors import Refusal
from zhijin.core.roles import ROLES
from zhijin.orgs import api as orgs

#: Elections are told of on the first page so long before they are due.
AHEAD: Final = timedelta(days=90)
_ELECTING: Final = (
    "committee",
    "general_branch",
    "branch",
    "villagers_committee",
    "residents_committee",
)
SERVED, ASKED, LATE, PROXIES, MATTERS, RECOMMEND, REVIEW, ELECT = _KINDS = (
    "served", "asked", "late", "proxies", "matters", "recommend", "review", "elect",
)  # fmt: skip
#: What is done on another's behalf is told of a day before it is due.
SOON: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Some things of one kind: in words with their number, where they are done, since (or until) when."""

    words: str
    url: str
    icon: str
    n: int
    at: datetime | None = None


def waiting(actor: Actor) -> list[Waiting]:
    """What waits for ``actor``; no statement for whoever holds none of these steps, else one."""
    parts = [part for part in _parts(actor) if part is not None]
    if not parts:
        return []
    rows = list(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    found: Counter[str] = Counter()
    since: dict[str, datetime] = {}
    for what, detail, n, at in rows:
        # A kind of which there is nothing comes as one line of none.
        if not n or (what == MATTERS and not _holds(actor, detail)):
            continue
        found[what] += n
        since[what] = min(since.get(what, at), at)
    return [_told(what, n, since[what]) for what, n in sorted(found.items(), key=_order)]


def _order(item: tuple[str, int]) -> int:
    return _KINDS.index(item[0])


def _told(what: str, n: int, at: datetime) -> Waiting:
    name, icon = {
        SERVED: ("desk:service", "heart-handshake"), ASKED: ("desk:listed-services", "list-checks"),
        LATE: ("desk:listed-services", "alarm-clock"), PROXIES: ("desk:proxies", "send"),
        MATTERS: ("desk:deliberation", "message-square"),
        RECOMMEND: ("desk:studies", "pencil"), REVIEW: ("desk:studies", "pencil"), ELECT: ("desk:elections", "flag"),
    }[what]  # fmt: skip
    queries = {
        PROXIES: "?view=open",
        RECOMMEND: "?state=applied",
        REVIEW: "?state=recommended",
        ELECT: f"?within={AHEAD.days}",
    }
    query = queries.get(what, "")
    return Waiting(_WORDS[what](n).format(n=n), reverse(name) + query, icon, n, at)


_WORDS: Final[dict[str, Callable[[int], str]]] = {
    SERVED: lambda n: ngettext("{n} 项服务做完了，等确认", "{n} 项服务做完了，等确认", n),
    ASKED: lambda n: ngettext("{n} 件居民的申请等着答复", "{n} 件居民的申请等着答复", n),
    LATE: lambda n: ngettext("{n} 件居民的申请过了承诺的期限", "{n} 件居民的申请过了承诺的期限", n),
    PROXIES: lambda n: ngettext("{n} 件帮办代办到期或逾期", "{n} 件帮办代办到期或逾期", n),
    MATTERS: lambda n: ngettext("{n} 件议事等着办下一步", "{n} 件议事等着办下一步", n),
    RECOMMEND: lambda n: ngettext("{n} 份学历提升报名等推荐", "{n} 份学历提升报名等推荐", n),
    REVIEW: lambda n: ngettext("{n} 份学历提升报名等审核", "{n} 份学历提升报名等审核", n),
    ELECT: lambda n: ngettext("{n} 个组织到了换届的时候", "{n} 个组织到了换届的时候", n),
}


def _spans(actor: Actor, permission: str, *lengths: int) -> Q | None:
    """Places that the viewer answers for by grants of these levels; None when there is none."""
    own = [grant for grant in actor.grants if _is(grant, permission, lengths)]
    if not own:
        return None
    q = Q(pk__in=())
    for grant in own:
        q |= Q(place_key__gte=grant.lo, place_key__lt=grant.hi)
    return q


def _is(grant: Grant, permission: str, lengths: tuple[int, ...]) -> bool:
    role = ROLES.get(grant.role)
    return grant.over_place and len(grant.place_code) in lengths and role is not None and (
        permission in role.permissions
    )  # fmt: skip


def _parts(actor: Actor) -> Iterator[QuerySet[Any, Any] | None]:
    village = _spans(actor, "activity.act", 12)
    if village is not None:
        # What the community's own people did is confirmed by those served, not on the desk.
        rows = Claim.objects.filter(village, state=Claim.State.DONE)
        rows = rows.exclude(claimed_by=actor.label).exclude(done_by=actor.label)
        yield _counted(rows.exclude(unit_key__in=[g.lo for g in actor.grants]), SERVED, "done_at")
    yield from _asked(actor)
    helps = _spans(actor, "proxy.act", 12)
    if helps is not None:
        under_way = Proxy.objects.filter(helps, due_at__lt=clock.now() + SOON)
        yield _counted(under_way.exclude(state=Proxy.State.CLOSED), PROXIES, "due_at")
    deliberates = _spans(actor, "deliberate.act", 12)
    if deliberates is not None:
        waits = Passage.objects.filter(matter_id=OuterRef("id"), number=OuterRef("step"), at=None)
        rows_ = Matter.objects.filter(~Exists(waits), deliberates, state=Matter.State.RUNNING)
        yield _counted(rows_, MATTERS, "step_since", Concat(
            Cast("place_key", CharField()), Value("|"), Cast("revision", CharField()), Value("|"), "line", Value("|"),
            Cast("step", CharField()), output_field=CharField(),
        ))  # fmt: skip
    for permission, length, state, what, column in (
        ("activity.organise", 9, Study.State.APPLIED, RECOMMEND, "applied_at"),
        ("assess.run", 6, Study.State.RECOMMENDED, REVIEW, "recommended_at"),
    ):
        above = _spans(actor, permission, length)
        if above is not None:
            waits_ = Study.objects.filter(above, state=state).exclude(recommended_by=actor.label)
            yield _counted(waits_, what, column)
    electing = _spans(actor, "org.edit", 6, 9, 12)
    if electing is not None:
        until = clock.today() + AHEAD
        held = orgs.Organisation.objects.filter(electing, valid_to=None, term_ends__lte=until)
        yield _counted(held.filter(kind__in=_ELECTING), ELECT, "term_ends")


def _asked(actor: Actor) -> Iterator[QuerySet[Any, Any]]:
    """Services that residents asked for: of a provider all that are open, of the community those that are late."""
    rows = ServiceRequest.objects.filter(state=ServiceRequest.State.OPEN)
    keys = [
        grant.org_key
        for grant in actor.grants
        if grant.org_key is not None and "deliberate.answer" in ROLES[grant.role].permissions
    ]
    if keys:
        yield _counted(rows.filter(org_key__in=keys), ASKED, "due_at")
    here = _spans(actor, "deliberate.act", 12)
    if here is not None:
        late = rows.filter(here, due_at__lt=clock.now()).exclude(org_key__in=keys)
        yield _counted(late, LATE, "due_at")


def _counted(rows: QuerySet[Any], what: str, column: str, detail: Any = None) -> QuerySet[Any, Any]:
    """One kind's rows: what, detail, how many, since when."""
    kept = rows.order_by().annotate(
        what=Value(what, CharField()), detail=detail or Value("", CharField())
    )
    counted = kept.values("what", "detail").annotate(
        n=Count("pk"), since=Cast(Min(column), DateTimeField())
    )
    return counted.values_list("what", "detail", "n", "since")


def _holds(actor: Actor, detail: str) -> bool:
    """Whether the viewer may hold the step at which these matters stand. Revisions are read once a process."""
    key, revision, line, step = detail.split("|")
    try:
        way = deliberation.revision(UUID(revision)).model.way(line)
    except Refusal:
        return False
    if way is None:
        return False
    at = way.steps[min(int(step), len(way.steps) - 1)]
    return bool(actor.roles_at(int(key)) & set(at.by))
