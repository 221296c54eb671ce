"""The machine: steps by role, answers checked, and a clock that strikes when it should."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.playbooks.support import CALENDAR, at, local, machine, sound
from zhijin.core.workcal import TZ
from zhijin.playbooks.engine import Action, Duration, Machine, Unit
from zhijin.playbooks.engine.run import transitions

M = Machine(sound())
PHOTO = "a" * 64

moments = st.datetimes(
    min_value=datetime(2025, 1, 1), max_value=datetime(2027, 6, 1), timezones=st.just(TZ)
)


# -- steps ------------------------------------------------------------------------


def test_it_begins_in_the_first_state_or_where_it_says() -> None:
    assert M.initial == "reported"
    assert machine(
        ("  by: [resident, grid_worker]\n", "  by: [resident, grid_worker]\n  start: reported\n")
    ).initial == "reported"  # fmt: skip
    assert M.finals == {"returned", "closed"}


def test_steps_are_offered_to_those_who_may_take_them() -> None:
    assert [m.id for m in M.moves("reported", {"grid_worker"})] == ["handling", "returned"]
    assert M.moves("reported", {"resident"}) == []
    assert [m.id for m in M.moves("verifying", {"reporter", "grid_worker"})] == ["confirm", "again"]
    assert M.moves("closed", {"grid_worker"}) == []
    assert M.owner("reported") == "grid_worker"
    assert M.owner("closed") is None


def test_a_level_is_as_good_as_its_role() -> None:
    other = machine(("{to: handling, by: grid_worker", "{to: handling, by: [grid_worker, village]"))
    assert [m.id for m in other.moves("reported", {"village_secretary"})] == ["handling"]
    assert other.may_open("resident")
    assert not other.may_open("village")


def test_steps_that_lead_the_same_way_are_numbered() -> None:
    other = machine(
        ("      - {to: returned, by: grid_worker, why: required, step: return}\n",
         ("      - {to: returned, by: grid_worker, why: required, step: return}\n"
         "      - {to: returned, by: grid_leader, why: required}\n")),
    )  # fmt: skip
    assert [m.id for m in other.state("reported").moves] == ["handling", "returned", "returned-2"]
    assert other.move("reported", "returned-2").by == ["grid_leader"]
    with pytest.raises(KeyError):
        other.move("reported", "elsewhere")


def test_a_conditional_step_needs_its_condition() -> None:
    other = machine(("{to: handling, by: grid_worker,",
                     "{to: handling, by: grid_worker, when: {field: kind, is: mud},"))  # fmt: skip
    ids = [m.id for m in other.moves("reported", {"grid_worker"}, {"kind": "leaves"})]
    assert ids == ["returned"]
    assert len(other.moves("reported", {"grid_worker"}, {"kind": "mud"})) == 2
    move = other.move("reported", "handling")
    assert [p.id for p in other.check(move, {}, case={"kind": "leaves"})] == ["PF025"]
    assert other.check(move, {}, case={"kind": "mud"}) == []


def test_a_step_asks_for_what_it_needs() -> None:
    done = M.move("handling", "done")
    assert [(p.field, p.id) for p in M.check(done, {})] == [("after", "PF002")]
    assert M.check(done, {"after": [PHOTO]}) == []
    assert [p.id for p in M.check(done, {"after": [PHOTO] * 4})] == ["PF013"]
    assert [p.id for p in M.check(done, {"after": [PHOTO], "else": 1})] == ["PF001"]
    again = M.move("verifying", "again")
    assert [(p.field, p.id) for p in M.check(again, {}, "  ")] == [("why", "PF023")]
    assert M.check(again, {}, "还有淤泥") == []
    assert [p.id for p in M.check(again, {}, "长" * 1001)] == ["PF024"]


def test_an_opening_is_checked() -> None:
    where = {"lon": 103.7, "lat": 27.3}
    assert M.check_opening({"where": where}, "resident") == []
    assert [p.id for p in M.check_opening({}, "resident")] == ["PF002"]
    assert [p.id for p in M.check_opening({"where": where}, "device")] == ["PF026"]
    assert [p.field for p in M.check_opening({"where": where, "depth": 301}, None)] == ["depth"]


def test_questions_for_some_only() -> None:
    other = machine(("label: {zh: 深度, en: Depth}}",
                     "required: true, by: grid_worker, label: {zh: 深度, en: Depth}}"))  # fmt: skip
    where = {"where": {"lon": 1, "lat": 2}}
    assert other.check_opening(where, "resident") == []
    assert [p.field for p in other.check_opening(where, "grid_worker")] == ["depth"]
    specs = other.playbook.opens.ask
    assert "depth" not in [s.field for s in other.asked(specs, "resident")]
    assert "depth" in [s.field for s in other.asked(specs, "grid_worker")]


def test_the_first_priority_that_holds_is_taken() -> None:
    assert M.priority({"kind": "mud"}) == "urgent"
    assert M.priority({"kind": "leaves"}) == "normal"
    assert M.priority({}) == "normal"
    assert (
        machine(
            (
                (
                    "priorities:\n"
                    "  - {id: urgent, title: {zh: 紧急, en: Urgent}, factor: 0.5, "
                    "when: {field: kind, is: mud}}\n"
                    "  - {id: normal, title: {zh: 一般, en: Normal}}\n"
                ),
                "",
            )
        ).priority({})
        is None
    )


# -- clocks -----------------------------------------------------------------------


def test_the_ladder_of_a_stay() -> None:
    fires = M.timeline("reported", at("2026-03-02 09:00"), CALENDAR)
    assert [(f.kind, f.index, f.due, local(f.at)) for f in fires] == [
        ("remind", 0, False, "2026-03-02 14:30"),
        ("late", 0, True, "2026-03-02 15:30"),
        ("late", 1, False, "2026-03-03 18:00"),
    ]
    assert fires[0].actions == (Action("remind", "grid_worker"),)
    assert fires[1].actions == (Action("escalate", "village_secretary"),)
    assert fires[2].actions == (Action("escalate", "township_officer"),)


def test_priorities_scale_the_clock() -> None:
    start = at("2026-03-02 09:00")
    assert local(M.due_at("reported", start, CALENDAR, priority="urgent")) == "2026-03-02 11:00"
    assert local(M.due_at("handling", start, CALENDAR, priority="urgent")) == "2026-03-04 18:00"
    assert local(M.due_at("handling", start, CALENDAR, priority="normal")) == "2026-03-05 18:00"
    other = machine(("within: 4 work hours", "within: {urgent: 20 minutes, normal: 4 work hours}"),
                    ("    remind: 1 work hour\n", ""))  # fmt: skip
    assert local(other.due_at("reported", start, CALENDAR, priority="urgent")) == "2026-03-02 09:20"
    assert other.due_at("reported", start, CALENDAR, priority="unknown") is None


def test_an_end_has_no_clock() -> None:
    assert M.timeline("closed", at("2026-03-02 09:00"), CALENDAR) == []
    assert M.due_at("closed", at("2026-03-02 09:00"), CALENDAR) is None


def test_a_pause_moves_everything_and_an_open_one_stops_it() -> None:
    start = at("2026-03-02 09:00")
    pause = (at("2026-03-02 10:00"), at("2026-03-03 10:00"))
    assert local(M.due_at("reported", start, CALENDAR, [pause])) == "2026-03-03 15:30"
    open_pause = [(at("2026-03-02 10:00"), None)]
    assert M.due_at("reported", start, CALENDAR, open_pause) is None
    assert M.timeline("reported", start, CALENDAR, open_pause) == []
    later = [(at("2026-03-04 10:00"), None)]
    assert [f.index for f in M.timeline("reported", start, CALENDAR, later)] == [0, 0, 1]


def test_extensions_are_added_to_the_deadline() -> None:
    start = at("2026-03-02 09:00")
    assert local(M.due_at("handling", start, CALENDAR, (), ["2 workdays"])) == "2026-03-09 18:00"
    extended = M.timeline("handling", start, CALENDAR, (), [Duration(1, Unit.WORKDAYS)])
    assert [local(f.at) for f in extended] == ["2026-03-06 08:30", "2026-03-06 18:00"]


def test_a_reminder_before_the_beginning_is_left_out() -> None:
    other = machine(("within: 4 work hours", "within: 2 work hours"))
    fires = other.timeline("reported", at("2026-03-02 09:00"), CALENDAR, priority="urgent")
    assert [f.kind for f in fires] == ["late", "late"]


def test_moving_by_itself_comes_last() -> None:
    other = machine(("late: {move: closed}",
                     "late: {move: closed, notify: [village_staff, reporter]}"))  # fmt: skip
    fires = other.timeline("verifying", at("2026-03-02 09:00"), CALENDAR)
    assert [a.kind for a in fires[-1].actions] == ["notify", "notify", "move"]
    assert fires[-1].actions[-1] == Action("move", state="closed")


@given(moments, st.sampled_from(["reported", "handling", "verifying"]),
       st.sampled_from([None, "urgent", "normal"]))  # fmt: skip
def test_the_clock_strikes_in_order_and_each_stroke_once(
    start: datetime, state: str, priority: str | None
) -> None:
    fires = M.timeline(state, start, CALENDAR, priority=priority)
    assert [f.at for f in fires] == sorted(f.at for f in fires)
    assert len({(f.kind, f.index) for f in fires}) == len(fires)
    assert sum(f.due for f in fires) == 1
    assert all(f.at > start for f in fires)
    assert next(f.at for f in fires if f.due) == M.due_at(state, start, CALENDAR, priority=priority)


@given(moments, moments, st.sampled_from(["reported", "handling", "verifying"]))
def test_who_enters_later_is_due_later(a: datetime, b: datetime, state: str) -> None:
    first, second = sorted((a, b))
    one, two = M.due_at(state, first, CALENDAR), M.due_at(state, second, CALENDAR)
    assert one is not None
    assert two is not None
    assert one <= two


@given(moments, st.integers(0, 3000), st.integers(1, 3000))
def test_a_pause_never_brings_the_deadline_forward(
    start: datetime, offset: int, length: int
) -> None:
    begin = start + timedelta(minutes=offset)
    pause = [(begin, begin + timedelta(minutes=length))]
    for state in ("reported", "handling", "verifying"):
        plain, moved = M.due_at(state, start, CALENDAR), M.due_at(state, start, CALENDAR, pause)
        assert plain is not None
        assert moved is not None
        assert moved >= plain


# -- lengths of time ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("2 work hours", 2, Unit.WORK_HOURS),
        ("1 work hour", 1, Unit.WORK_HOURS),
        ("30 work minutes", 30, Unit.WORK_MINUTES),
        ("3 workdays", 3, Unit.WORKDAYS),
        ("3 working days", 3, Unit.WORKDAYS),
        ("24 hours", 24, Unit.HOURS),
        ("5 days", 5, Unit.DAYS),
        ("30 minutes", 30, Unit.MINUTES),
        ("2个工作小时", 2, Unit.WORK_HOURS),
        ("3个工作日", 3, Unit.WORKDAYS),
        ("3 个工作日", 3, Unit.WORKDAYS),
        ("24小时", 24, Unit.HOURS),
        ("5天", 5, Unit.DAYS),
        ("5日", 5, Unit.DAYS),
        ("  2   Work  Hours ", 2, Unit.WORK_HOURS),
    ],
)
def test_lengths_are_read_as_people_write_them(text: str, count: int, unit: Unit) -> None:
    assert Duration.parse(text) == Duration(count, unit)


@pytest.mark.parametrize(
    "text", ["", "2", "hours", "-1 day", "1.5 days", "2 weeks", "两天", "1 day x"]
)
def test_other_texts_are_not_lengths(text: str) -> None:
    with pytest.raises(ValueError, match="length of time"):
        Duration.parse(text)


@given(st.integers(1, 999), st.sampled_from(list(Unit)))
def test_a_length_is_read_back_as_written(count: int, unit: Unit) -> None:
    length = Duration(count, unit)
    assert Duration.parse(str(length)) == length
    assert Duration.parse(length.title("zh")) == length
    assert Duration.parse(length.title("en")) == length


def test_scaling_rounds_up_and_never_to_nothing() -> None:
    from fractions import Fraction

    half = Fraction(1, 2)
    assert Duration(3, Unit.WORKDAYS).scaled(half) == Duration(2, Unit.WORKDAYS)
    assert Duration(1, Unit.DAYS).scaled(half) == Duration(1, Unit.DAYS)
    assert Duration(1, Unit.WORK_HOURS).scaled(half) == Duration(30, Unit.WORK_MINUTES)
    assert Duration(4, Unit.HOURS).scaled(half) == Duration(2, Unit.HOURS)
    assert Duration(1, Unit.MINUTES).scaled(Fraction(1, 10)) == Duration(1, Unit.MINUTES)
    assert Duration(2, Unit.HOURS).scaled(Fraction(1)) == Duration(2, Unit.HOURS)


# -- sides and ways -------------------------------------------------------------------


def test_each_side_sees_its_steps() -> None:
    other = machine(("indicators:\n",
                     ("parties:\n"
                     "  - {id: a, title: {zh: 甲, en: A}, role: reporter, fields: [where]}\n"
                     "  - {id: b, title: {zh: 乙, en: B}, role: firm_contact, sees: [closed]}\n"
                     "indicators:\n")))  # fmt: skip
    one, two = other.party({"reporter"}), other.party({"firm_contact"})
    assert one is not None
    assert two is not None
    assert other.sees(one, "handling")
    assert not other.sees(two, "handling")
    assert other.sees(two, "closed")
    assert other.party({"grid_worker"}) is None


def test_all_ways_are_listed_once() -> None:
    assert transitions(M) == [
        ("reported", "handling"), ("reported", "returned"), ("handling", "done"),
        ("verifying", "confirm"), ("verifying", "again"), ("verifying", "late:closed"),
    ]  # fmt: skip
