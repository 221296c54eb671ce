"""Puts cases into words for pages: titles in the reader's language, timeline lines, what may be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhijin.cases import hooks, selectors
from zhijin.cases.answers import PROSE
from zhijin.cases.machine import SOLVED, machine_of
from zhijin.cases.models import Case, CaseEvent, CasePhoto
from zhijin.cases.services.reporter import REOPEN_DAYS
from zhijin.cases.showing import shown
from zhijin.core import clock
from zhijin.core.roles import resolve
from zhijin.places import api as places
from zhijin.playbooks.api import Playbook, catalogue
from zhijin.playbooks.engine import FieldSpec, Move

#: What the lines of a timeline are called.
KINDS: dict[str, Promise] = {
    "opened": _lazy("上报"),
    "moved": _lazy("办理"),
    "closed": _lazy("办结"),
    "reminded": _lazy("到期提醒"),
    "late": _lazy("已逾期"),
    "escalated": _lazy("逾期上报"),
    "asked": _lazy("提出申请"),
    "extended": _lazy("批准延期"),
    "suspended": _lazy("批准挂起"),
    "excluded": _lazy("批准不计入三率"),
    "refused": _lazy("申请未获批准"),
    "resumed": _lazy("恢复计时"),
    "whistled": _lazy("吹哨"),
    "mustered": _lazy("部门报到"),
    "joined": _lazy("告知对方"),
    "assigned": _lazy("指派"),
    "transferred": _lazy("转派"),
    "merged": _lazy("并入另一事项"),
    "absorbed": _lazy("并入了一件重复上报"),
    "parted": _lazy("取消合并"),
    "called": _lazy("电话回访"),
    "reopened": _lazy("重新办理"),
    "commented": _lazy("备注"),
    "published": _lazy("公开"), "erased": _lazy("保存期满，已删除个人信息"),
}  # fmt: skip
OUTCOMES: dict[str, Promise] = {
    "solved": _lazy("已解决"), "unsolved": _lazy("未能解决"), "refused": _lazy("不予受理"),
    "withdrawn": _lazy("已撤回"), "passed_on": _lazy("已转其他渠道"), "merged": _lazy("已合并"),
}  # fmt: skip
CHANNELS: dict[str, Promise] = {
    "portal": _lazy("居民门户"),
    "desk": _lazy("服务台登记"),
    "field": _lazy("网格巡查"),
    "api": _lazy("系统对接"),
    "open311": _lazy("Open311 接口"),
    "device": _lazy("感知设备"),
    "follow": _lazy("后续事项"),
}


def lang() -> str:
    """``zh`` or ``en``, as the playbook engine names them."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def role_title(name: str) -> str:
    """A role in the reader's language; the name itself when unknown."""
    role = resolve(name) if name else None
    return role.title(lang()) if role else name


@dataclass(frozen=True)
class Kind:
    """One thing that can be reported."""

    id: str
    title: str
    summary: str
    icon: str


def kinds_for(place_code: str, opener: str | None) -> list[Kind]:
    """What ``opener`` (None: anybody) may report at a place."""
    found = [
        Kind(
            r.playbook_id,
            r.playbook.title.in_(lang()),
            r.playbook.summary.in_(lang()) if r.playbook.summary else "",
            r.playbook.icon or "file-text",
        )
        for r in catalogue(place_code, opener)
    ]
    return sorted(found, key=lambda kind: kind.id)


class CaseView:
    """A case in the reader's words. ``label`` is the place's name when a list already knows it."""

    def __init__(self, case: Case, label: str | None = None) -> None:
        self.case = case
        self._label = label

    def __getattr__(self, name: str) -> Any:
        return getattr(self.case, name)

    @property
    def playbook(self) -> Playbook:
        return machine_of(self.case).playbook

    @property
    def kind(self) -> str:
        return self.playbook.title.in_(lang())

    @property
    def icon(self) -> str:
        return self.playbook.icon or "file-text"

    @property
    def state_title(self) -> str:
        if self.case.merged_into:
            return str(OUTCOMES["merged"])
        return self.playbook.state_title(self.case.state, lang())

    @property
    def owner(self) -> str:
        return role_title(self.case.owner_role)

    @property
    def raised(self) -> str:
        return role_title(self.case.raised_to)

    @property
    def outcome_title(self) -> str:
        return str(OUTCOMES.get(self.case.outcome, self.case.outcome))

    @property
    def channel_title(self) -> str:
        return str(CHANNELS.get(self.case.channel, self.case.channel))

    @property
    def place(self) -> str:
        return self._label or places.label(self.case.place_code, skip=2)

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, for a small map; None without a position."""
        if self.case.lon is None or self.case.lat is None:
            return None
        return self.case.lon, self.case.lat

    @property
    def priority_title(self) -> str:
        found = next((p for p in self.playbook.priorities if p.id == self.case.priority), None)
        return found.title.in_(lang()) if found and found.title else ""

    @property
    def is_late(self) -> bool:
        due = self.case.due_at
        return bool(
            self.case.is_open and due and due < clock.now() and self.case.suspended_at is None
        )

    @property
    def tone(self) -> str:
        """The pill's colour: late, warn (raised, suspended), ok (ended), info."""
        if not self.case.is_open:
            return "ok" if self.case.outcome == SOLVED else ""
        if self.is_late:
            return "late"
        return "warn" if self.case.raised_to or self.case.suspended_at else "info"


def views_of(cases: Sequence[Case]) -> list[CaseView]:
    """Views of a list, with every place's name in one query."""
    labels = places.labels([case.place_code for case in cases], skip=3) if cases else {}
    return [CaseView(case, labels.get(case.place_code)) for case in cases]


@dataclass(frozen=True)
class Line:
    """One line of a timeline, ready to show."""

    title: str
    at: datetime
    who: str
    post: str
    body: str
    state: str
    event: CaseEvent
    photos: list[CasePhoto] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)


def lines_of(
    case: Case, events: Iterable[CaseEvent], photos: Iterable[CasePhoto] = (),
    *, for_reporter: bool = False, may_see: Callable[[str], bool] = lambda _name: True,
) -> list[Line]:  # fmt: skip
    """The timeline in words. For the reporter staff are named by post, never by name.

    ``may_see`` says of each question whether its answers are for the reader.
    """
    playbook = machine_of(case).playbook
    pictures: dict[Any, list[CasePhoto]] = {}
    for photo in photos:
        pictures.setdefault(photo.event_id, []).append(photo)
    return [
        _line(playbook, event, pictures.get(event.id, []), for_reporter, may_see)
        for event in events
    ]


def _line(
    playbook: Playbook, event: CaseEvent, photos: list[CasePhoto], for_reporter: bool,
    may_see: Callable[[str], bool],
) -> Line:  # fmt: skip
    title = str(KINDS.get(event.kind, event.kind))
    if event.kind in {"moved", "closed"} and event.after:
        title = playbook.state_title(event.after, lang())
    if event.kind == "escalated":
        title = _("逾期，已上报{role}").format(role=role_title(event.role))
    staff = event.actor.startswith("account:")
    who = event.actor_name if staff and not for_reporter else ""
    post = _who(event)
    tone = "late" if event.kind in {"late", "escalated"} else "done"
    rows = _rows(playbook, event, may_see)
    return Line(title, event.at, who, post, event.why, tone, event, photos, rows)


def _who(event: CaseEvent) -> str:
    if event.actor.startswith("system"):
        return _("系统")
    if event.actor.startswith(("reporter", "resident")):
        return _("上报人")
    return role_title(event.role)


def _rows(
    playbook: Playbook, event: CaseEvent, may_see: Callable[[str], bool]
) -> list[tuple[str, str]]:
    """What was entered at this step, by its questions' titles."""
    fields = playbook.fields
    return [
        (fields[name].title(lang()), shown(fields[name], value))
        for name, value in event.data.items()
        if name in fields and fields[name].type not in {"photo", "file"} and may_see(name)
    ]


@dataclass(frozen=True)
class Action:
    """A move that one may take now, with its button's words and its questions."""

    move: Move
    title: str
    asks: bool
    primary: bool

    @property
    def asks_why(self) -> bool:
        """Whether there is a box for the reason: not a second one beside a question answered in words."""
        written = any(spec.type in PROSE for spec in self.move.ask)
        return self.move.why == "required" or (self.move.why == "optional" and not written)


def actions_for(case: Case, roles: frozenset[str]) -> list[Action]:
    """The moves open to somebody with ``roles``, the playbook's first one as the main button."""
    if not case.is_open or case.suspended_at is not None:
        return []
    machine = machine_of(case)
    moves = machine.moves(case.state, roles, case.data)
    return [
        Action(move, machine.playbook.move_title(move, lang()),
               bool(move.ask) or move.why == "required", index == 0)
        for index, move in enumerate(moves)
    ]  # fmt: skip


def status_of(case: Case) -> dict[str, Any]:
    """What the status page shows of one's own report. Runs in a system scope."""
    kept = Case.objects.get(pk=case.merged_into) if case.merged_into else None
    followed = kept or case
    actions = actions_for(case, frozenset({"reporter"})) if kept is None else []
    past = followed.closed_at
    return {
        "case": CaseView(followed),
        "merged": kept is not None,
        "lines": _others_lines(followed) if kept else _own_lines(case),
        "actions": actions,
        "mine": followed.owner_role == "reporter",
        "told": hooks.told(case.id)[:3],
        "can_reopen": bool(
            kept is None and past and not case.is_open
            and clock.now() - past <= timedelta(days=REOPEN_DAYS)
        ),
        "path": path_of(followed),
    }  # fmt: skip


def _own_lines(case: Case) -> list[Line]:
    events = selectors.timeline(case, public_only=True)
    return lines_of(case, events, selectors.photos(case), for_reporter=True)


def _others_lines(kept: Case) -> list[Line]:
    """The life of the case that one's own was merged into: what was done, and nothing that the
    other reporter wrote or showed."""
    events = selectors.timeline(kept, public_only=True)
    lines = lines_of(kept, events, for_reporter=True, may_see=lambda _name: False)
    return [
        replace(line, body="") if line.event.actor.startswith(("reporter", "resident")) else line
        for line in lines
    ]


def path_of(case: Case) -> list[dict[str, Any]]:
    """The usual way of a case from here to its end, for the steps at the head of the page."""
    machine = machine_of(case)
    playbook = machine.playbook
    passed = list(
        dict.fromkeys(
            CaseEvent.objects.filter(case_id=case.id)
            .exclude(after="")
            .order_by("seq")
            .values_list("after", flat=True)
        )
    )
    steps = [
        {"label": playbook.state_title(name, lang()), "state": "done", "current": False}
        for name in passed
        if name != case.state
    ]
    late = "late" if CaseView(case).is_late else ("done" if not case.is_open else "")
    steps.append(
        {"label": playbook.state_title(case.state, lang()), "state": late, "current": case.is_open}
    )
    name, seen = case.state, {case.state, *passed}
    while case.is_open and (moves := playbook.states[name].moves):
        name = moves[0].to
        if name in seen:
            break
        seen.add(name)
        steps.append({"label": playbook.state_title(name, lang()), "state": "", "current": False})
    return steps


#: In which order questions are asked on a telephone: first what the camera and the finger do.
_THUMB = {"photo": 0, "point": 1, "choice": 2, "choices": 2, "rating": 3}


def thumb_order(ask: Iterable[FieldSpec]) -> list[FieldSpec]:
    """Questions with photos and position first, optional ones last; otherwise as written."""
    return sorted(ask, key=lambda spec: (_THUMB.get(spec.type, 4), not spec.required))
