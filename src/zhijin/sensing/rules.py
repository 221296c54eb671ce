"""What the rules of the programmes make of events: an alarm, and its case, in the same commit as the event.

Everything that a rule needs to know is read from the readings themselves, in the same transaction; so a worker
that was killed goes on as if nothing had been. Memory only saves looking.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from zhijin.cases import api as cases
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_span
from zhijin.core.signals import BY_NUMBER, Test
from zhijin.playbooks.api import SensingRule, catalogue, in_force, rule_waits_until
from zhijin.sensing import faults, sanity
from zhijin.sensing.models import Alarm
from zhijin.sensing.registry import Known, plain
from zhijin.sensing.taken import Taken, moment

log = logging.getLogger("zhijin.ingest")
RULES = Actor.system("sensing")


@dataclass(frozen=True)
class Rule:
    """One rule in force at a place, in stored units and seconds; ``fresh``: minutes for which an event is news."""

    playbook: str
    spec: SensingRule
    test: Test
    confirm: Test | None
    quiet: int
    fresh: int

    @property
    def key(self) -> str:
        return f"{self.playbook}:{self.spec.id}"

    @property
    def about(self) -> int:
        """What the rule is about within its kind: the measure, and the word where it is one. Two rules
        of one programme about the same thing are quiet together."""
        exact = self.test.at_least is not None and self.test.at_least == self.test.at_most
        return self.test.position * 1000 + ((self.test.at_least or 0) + 1 if exact else 0)


#: Kind of event → rules, and whether the event only confirms.
ByKind = dict[int, list[tuple[Rule, bool]]]


@dataclass
class Raised:
    """How many alarms and cases a batch made."""

    alarms: int = 0
    cases: int = 0
    #: Warnings that came late, by device.
    late: dict[int, list[tuple[Known, Alarm]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that a rule answers: the first device's, also when the confirming one came later."""

    device: Known
    seq: int
    at: int
    kind: int
    value: int | None
    second: int | None


@dataclass
class _Memory:
    """Alarms of this process that are committed or about to be: (device, programme, kind,
    about, whether it came late) → newest time."""

    newest: dict[tuple[int, str, int, int, bool], int] = field(default_factory=dict)


_memory = _Memory()


def forget() -> None:
    """Look everything up again (after a rollback, and in tests)."""
    _memory.newest.clear()


@dataclass
class _Compiled:
    """Rules by place, for as long as the same revisions are in force."""

    listing: object = None
    turn: int = 0
    by_place: dict[str, ByKind] = field(default_factory=dict)
    #: Place and kind → below this value no rule can hold; None where that cannot be said.
    floors: dict[tuple[str, int], int | None] = field(default_factory=dict)


_rules = _Compiled()


def refresh() -> int:
    """Look which revisions are in force now, once for each batch; returns how often they have changed."""
    listing = in_force()
    if listing == _rules.listing:
        return _rules.turn
    _rules.by_place.clear()
    _rules.floors.clear()
    sanity.forget()
    _rules.listing = listing
    _rules.turn += 1
    return _rules.turn


def rules_at(place_code: str) -> ByKind:
    """By number of the kind of event: rules, and whether the event only confirms."""
    found = _rules.by_place.get(place_code)
    if found is None:
        found = _rules.by_place[place_code] = _compiled(place_code)
    return found


def _compiled(place_code: str) -> ByKind:
    found: ByKind = {}
    for revision in catalogue(place_code, "device"):
        for spec in revision.playbook.sensing:
            test = spec.test()
            confirm = spec.confirm.test() if spec.confirm else None
            if test is None or (spec.confirm and confirm is None):
                continue
            rule = Rule(
                revision.playbook_id,
                spec,
                test,
                confirm,
                spec.quiet.rough_minutes() * 60,
                spec.news_minutes(),
            )
            found.setdefault(test.kind, []).append((rule, False))
            if confirm is not None:
                found.setdefault(confirm.kind, []).append((rule, True))
    return found


def _floor(place_code: str, kind: int) -> int | None:
    """Most readings are quiet ones: one comparison passes over them. Only where every rule of the kind
    asks for at least so much of the first figure."""
    tests = [
        rule.confirm if confirming else rule.test
        for rule, confirming in rules_at(place_code).get(kind, ())
    ]
    lows = [test.at_least for test in tests if test is not None and test.position == 0]
    if len(lows) < len(tests) or any(low is None for low in lows):
        return None
    return min((low for low in lows if low is not None), default=1 << 31)


def apply(taken: Sequence[Taken]) -> Raised:
    """Try every rule on events that have just been stored in this transaction."""
    raised = Raised()
    refresh()
    floors, now = _rules.floors, int(clock.now().timestamp() * 1000)
    for one in taken:
        if one.held:
            continue
        reading = one.event.reading
        key = (one.device.place_code, reading.kind)
        if key not in floors:
            floors[key] = _floor(*key)
        floor = floors[key]
        if floor is not None and (reading.value is None or reading.value < floor):
            continue
        for rule, confirming in rules_at(one.device.place_code).get(reading.kind, ()):
            test = rule.confirm if confirming else rule.test
            if test is None or not test.holds(reading.value, reading.second):
                continue
            cause = Cause(
                one.device, one.event.seq, one.at, reading.kind, reading.value, reading.second
            )
            late = now - one.at > rule.fresh * 60_000
            for found in _first_ones(rule, cause) if confirming else (cause,):
                _consider(rule, found, raised, late=late)
    for told in raised.late.values():
        _collect(told, raised)
    return raised


def _collect(found: list[tuple[Known, Alarm]], raised: Raised) -> None:
    """What came late has one case for all of it: to be looked at, not run to."""
    device = found[0][0]
    opened = faults.open_late(device)
    if opened is None:
        return
    raised.cases += 1
    for _device, alarm in found:
        alarm.case_id = opened
        alarm.save(update_fields=["case_id"])


def _consider(rule: Rule, cause: Cause, raised: Raised, *, late: bool) -> None:
    """Raise the alarm unless it was, is too soon, has not come often enough or is not confirmed. ``late``: the event
    that completes it is no news any more."""
    key = (cause.device.id, rule.playbook, rule.test.kind, rule.about, late)
    newest = _memory.newest.get(key)
    if newest is not None and abs(cause.at - newest) < rule.quiet * 1000:
        return
    if (
        _quiet(rule, cause, late=late)
        or not _often_enough(rule, cause)
        or not _confirmed(rule, cause)
    ):
        return
    alarm = _raise(rule, cause, late=late)
    _memory.newest[key] = cause.at
    raised.alarms += 1
    raised.cases += alarm.case_id is not None
    if late:
        raised.late.setdefault(cause.device.id, []).append((cause.device, alarm))


def _quiet(rule: Rule, cause: Cause, *, late: bool) -> bool:
    """Whether this device raised an alarm about the same less than the quiet time before or after. One that came late
    sent nobody, so it silences no new one."""
    at, span = moment(cause.at), timedelta(seconds=rule.quiet)
    near = Alarm.objects.filter(
        device_id=cause.device.id, county=cause.device.county, playbook=rule.playbook,
        kind=rule.test.kind, about=rule.about, at__gt=at - span, at__lt=at + span,
    )  # fmt: skip
    return (near if late else near.exclude(state=Alarm.State.LATE)).exists()


def _limits(test: Test) -> tuple[str, list[int]]:
    """SQL of a test on one reading."""
    column = "second" if test.position else "value"
    parts, values = ["kind = %s"], [test.kind]
    for operator, limit in ((">=", test.at_least), ("<=", test.at_most)):
        if limit is not None:
            parts.append(f"{column} {operator} %s")
            values.append(limit)
    return " AND ".join(parts), values


def _often_enough(rule: Rule, cause: Cause) -> bool:
    if rule.spec.times <= 1 or rule.spec.within is None:
        return True
    span = timedelta(minutes=rule.spec.within.rough_minutes())
    where, values = _limits(rule.test)
    at = moment(cause.at)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sensing_reading WHERE county = %s AND device_id = %s"
            f" AND at > %s AND at <= %s AND {where}",
            [cause.device.county, cause.device.id, at - span, at, *values],
        )
        return int(cursor.fetchone()[0]) >= rule.spec.times


def _confirmed(rule: Rule, cause: Cause) -> bool:
    if rule.confirm is None or rule.spec.confirm is None:
        return True
    return bool(_near(rule, rule.confirm, cause))


def _first_ones(rule: Rule, confirming: Cause) -> list[Cause]:
    """Events of other devices that ``confirming`` confirms, one for each device."""
    return _near(rule, rule.test, confirming)


def _near(rule: Rule, test: Test, cause: Cause) -> list[Cause]:
    """The newest matching event of each other device near ``cause`` in place and time."""
    confirm = rule.spec.confirm
    assert confirm is not None
    span = timedelta(minutes=confirm.within.rough_minutes())
    code = cause.device.place_code
    lo, hi = place_span(code[:12] if confirm.near == "village" else code)
    where, values = _limits(test)
    at = moment(cause.at)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (d.id) d.id, d.code, d.place_code, d.place_key, d.label, d.lon, d.lat,"
            " d.org_key, d.simulated, r.seq, (extract(epoch FROM r.at) * 1000)::bigint, r.kind,"
            " r.value, r.second"
            " FROM sensing_device d JOIN LATERAL (SELECT * FROM sensing_reading s"
            " WHERE s.county = d.county AND s.device_id = d.id AND s.at BETWEEN %s AND %s"
            f" AND {where} ORDER BY s.at DESC LIMIT 1) r ON true"
            " WHERE d.place_key >= %s AND d.place_key < %s AND d.county = %s AND d.id <> %s"
            " AND d.held_at IS NULL",
            [at - span, at + span, *values, lo, hi, cause.device.county, cause.device.id],
        )
        rows = cursor.fetchall()
    return [_cause(row, cause.device.county) for row in rows]


def _cause(row: tuple[Any, ...], county: int) -> Cause:
    id_, code, place, key, label, lon, lat, org, simulated, seq, at, kind, value, second = row
    device = plain(id_, code, county, place, key, label, lon, lat, org, simulated)
    return Cause(device, seq, at, kind, value, second)


def _raise(rule: Rule, cause: Cause, *, late: bool) -> Alarm:
    """Write the alarm and open its case, or say when it will be opened, or that it came late."""
    now, at = clock.now(), moment(cause.at)
    wait = None if late else rule_waits_until(rule.spec.not_between, clock.local(now))
    # Those that came late are numbered below zero: one of them takes no new one's place.
    bucket = cause.at // 1000 // rule.quiet
    state = Alarm.State.LATE if late else Alarm.State.HELD if wait else Alarm.State.OPENED
    alarm = Alarm(
        county=cause.device.county, place_key=cause.device.place_key, device_id=cause.device.id,
        playbook=rule.playbook, rule=rule.spec.id, bucket=-1 - bucket if late else bucket,
        seq=cause.seq, at=at, made_at=now, kind=cause.kind, about=rule.about,
        value=cause.second if rule.test.position else cause.value,
        state=state, open_at=wait,
    )  # fmt: skip
    if state == Alarm.State.OPENED:
        open_case(alarm, rule.spec, cause.device)
    alarm.save(force_insert=True)
    facts.record(
        "sensing.alarm", at=now, place_code=cause.device.place_code,
        subject=BY_NUMBER[cause.kind].key, actor=RULES, record=f"device:{cause.device.code}",
        org_key=cause.device.org_key, value=alarm.value or 0, playbook=rule.playbook,
        attrs={"rule": rule.spec.id, "state": alarm.state, "case": str(alarm.case_id or ""),
               "simulated": cause.device.simulated},
    )  # fmt: skip
    journal.write(
        RULES, "sensing.alarm", f"device:{cause.device.code}", place_key=cause.device.place_key,
        detail={"rule": rule.key, "case": str(alarm.case_id or ""), "state": alarm.state},
    )  # fmt: skip
    return alarm


def open_case(alarm: Alarm, spec: SensingRule, device: Known) -> UUID | None:
    """Open the alarm's case in the device's name at the device's place; what is refused is remembered,
    since an event must never be lost because a programme was changed."""
    actor = Actor("device", device.code, device.label, extra_roles=frozenset({"device"}))
    answers = dict(spec.fill)
    if spec.where and device.lon is not None and device.lat is not None:
        answers[spec.where] = {"lon": device.lon, "lat": device.lat}  # type: ignore[assignment]
    if spec.says:
        answers[spec.says] = sentence(alarm, device)
    report = cases.Report(
        playbook=alarm.playbook, channel="device",
        key=f"{device.code}:{alarm.rule}:{alarm.bucket}", place_code=device.place_code,
        answers=answers, simulated=device.simulated, place_known=True, org_key=None,
    )  # fmt: skip
    try:
        opened = cases.open_case(actor=actor, report=report, opener="device")
    except Refusal as refusal:
        log.warning("the alarm of %s opened no case: %s", device.code, refusal)
        alarm.state, alarm.why = Alarm.State.DROPPED, f"{refusal.id} {refusal.message}"[:200]
        return None
    alarm.state, alarm.case_id, alarm.case_number = (
        Alarm.State.OPENED, opened.case_id, opened.number,
    )  # fmt: skip
    return opened.case_id


def sentence(alarm: Alarm, device: Known) -> str:
    """“大耆老村 3 号烤房烟感：烟雾浓度 412 ppm（11月27日 08:15）”"""
    kind = BY_NUMBER[alarm.kind]
    shown = f"{kind.zh}"
    if alarm.value is not None and kind.measures:
        measure = kind.measures[min(alarm.about // 1000, len(kind.measures) - 1)]
        shown = f"{measure.zh} {measure.show(alarm.value)}"
    at = clock.local(alarm.at)
    return f"{device.label}：{shown}（{at.month}月{at.day}日 {at:%H:%M}）"


def specs(playbook: str, rule: str, place_code: str) -> SensingRule | None:
    """The rule as it is in force at a place now; None when it is no more."""
    refresh()
    for pairs in rules_at(place_code).values():
        for one, confirming in pairs:
            if not confirming and one.playbook == playbook and one.spec.id == rule:
                return one.spec
    return None


def all_at(place_code: str) -> Iterable[Rule]:
    """Every rule in force at a place."""
    refresh()
    return (
        one
        for pairs in rules_at(place_code).values()
        for one, confirming in pairs
        if not confirming
    )
