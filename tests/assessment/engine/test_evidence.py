"""From a figure to its records: the same facts under the same filter, and the words beside them."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.assessment.engine import engines
from tests.assessment.engine.facts import FACT_SCHEMA, JULY, World, org
from tests.assessment.engine.support import SMALL, sound
from tests.assessment.engine.test_standing import DONGSHAN, closed, village
from zhijin.assessment.cycle.evidence import gathered
from zhijin.assessment.engine.compare import compare, contributions
from zhijin.assessment.engine.duckrun import DuckRun, Inputs
from zhijin.assessment.engine.evidence import Whose, evidence, gatherings, span
from zhijin.assessment.engine.explain import explain, score
from zhijin.assessment.engine.months import select_list
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.preview import preview
from zhijin.assessment.engine.represent import represent
from zhijin.core import facts
from zhijin.core.actor import Actor
from zhijin.core.ids import code_of, place_span
from zhijin.core.scope import scoped

EVERY = (Path(__file__).parent / "every.yaml").read_text(encoding="utf-8")
SYSTEM = Actor.system("test")


def into_core_fact(rows):
    """The facts of a world in the real table, and back out of it as the export reads them."""
    new = []
    for row in rows:
        attrs = {name[2:]: value for name, value in row.items() if name.startswith("a_")}
        new.append(
            facts.NewFact(
                kind=row["kind"], at=datetime.fromtimestamp(row["at_us"] // 10**6, UTC),
                place_code=code_of(row["place_key"]), subject=row["subject"], actor="system:test",
                record=row["record"], value=row["value"], org_key=row["org_key"],
                attrs={name: value for name, value in attrs.items() if value is not None},
                playbook=row["playbook"],
            )
        )  # fmt: skip
    with scoped(SYSTEM):
        facts.record_many(new)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {select_list()} FROM core_fact".replace("%", "%%"), [])
            names = FACT_SCHEMA.names
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def whose(world, key, period):
    """Where the organisation was at the end of each month, and who was below it."""
    places, members = {}, {}
    for month in period.months:
        last = Period(month).last_day
        now = [
            row for row in world.orgs
            if (row.get("valid_from") or date.min) <= last < (row.get("valid_to") or date.max)
        ]  # fmt: skip
        below = defaultdict(list)
        for row in now:
            below[row.get("parent_key")].append(row["org_key"])
        mine, todo = set(), [key]
        for _ in range(7):
            mine |= set(todo)
            todo = [child for parent in todo for child in below[parent]]
        members[month] = tuple(sorted(mine))
        for row in now:
            if row["org_key"] == key:
                places[month] = row["place_key"]
    return Whose(key, places, members)


@pytest.mark.django_db
@pytest.mark.parametrize("period", [JULY, Period(date(2026, 4, 1), "quarter")])
def test_the_records_always_match_the_figure(tmp_path, period):
    world = engines.random_world(tmp_path, 31, facts=1500)
    world.facts = into_core_fact(world.facts)
    world.write()
    text = EVERY
    if period.kind == "quarter":
        lines = [
            line.split(", running:")[0] + ("}" if ", running:" in line else "")
            for line in text.split("\n")
        ]
        text = "\n".join(lines).replace("period: month", "period: quarter", 1)
    programme = sound(text)
    with DuckRun(programme, world.folder, world.orgs_file, period, Inputs(earlier=())) as run:
        values = run.compute().rows("value")
        numbers = {item.id: n for n, item in enumerate(run.plan.representation.indicators)}
    plain = {  # indicators whose numerator is simply a number of facts
        "a-solved": "count", "c-late": "count", "d-ratio": "count", "e-lower": "count", "l-target": "count",
        "o-playbook": "count", "q-within": "count", "f-distinct": "subject", "h-places": "place",
        "k-points": "value", "r-latest": "value", "b-rating": "rating",
    }  # fmt: skip
    checked = 0
    with scoped(SYSTEM), connection.cursor() as cursor:
        for row in values[::3]:
            for name, what in plain.items():
                parts = evidence(programme, name, whose(world, row["org_key"], period), period)
                numerator = next(part for part in parts if part.part == "of")
                expected = row["numerators"][numbers[name]]
                assert counted(cursor, numerator, what) == expected, (name, row["org_key"])
                checked += bool(expected)
    assert checked > 30


@pytest.mark.django_db
@pytest.mark.parametrize("period", [JULY, Period(date(2026, 4, 1), "quarter")])
def test_many_are_looked_up_together_as_each_alone(tmp_path, period):
    """Keys, places and trees, over months in which they changed; the last one, where that one counts."""
    world = engines.random_world(tmp_path, 47, facts=1500)
    into_core_fact(world.facts)
    programme = sound(EVERY)
    names = [*programme.indicators, *(join.id for join in programme.joins if join.fact)]
    many = [part for name in names for part in gatherings(programme, name, period)]
    everybody = [
        whose(world, key, period) for key in sorted({row["org_key"] for row in world.orgs})
    ]
    alone = defaultdict(list)
    with scoped(SYSTEM):
        together = defaultdict(list)
        for key, number, _id, at, *_rest, value, _attrs, _book, _revision, _record in gathered(
            many, everybody, period
        ):
            together[key, number].append((at, value))
        with connection.cursor() as cursor:
            for one in everybody:
                each = [part for name in names for part in evidence(programme, name, one, period)]
                assert [part.part for part in each] == [part.part for part in many]
                for number, part in enumerate(each):
                    end = f" ORDER BY {part.order}" + (" LIMIT 1" if part.limit else "")
                    cursor.execute(
                        f"SELECT f.at, f.value FROM core_fact f WHERE {part.predicate}{end}".replace("%", "%%"), []
                    )  # fmt: skip
                    if rows := cursor.fetchall():
                        alone[one.org_key, number] = rows
    assert {key: sorted(rows) for key, rows in together.items()} == {
        key: sorted(rows) for key, rows in alone.items()
    }
    found = {many[number].who for _key, number in alone}
    assert found == {"org", "place", "tree"}
    assert any(many[number].latest for _key, number in alone)


def counted(cursor, part, what):
    limit = "" if part.limit is None else f" LIMIT {part.limit}"
    cursor.execute(
        f"SELECT f.subject, f.place_key, f.value, f.attrs FROM core_fact f WHERE {part.predicate}"
        f" ORDER BY {part.order}{limit}".replace("%", "%%"), [],
    )  # fmt: skip
    rows = cursor.fetchall()
    if part.form == "latest":
        return rows[0][2] if rows else None
    return {
        "count": len(rows), "subject": len({row[0] for row in rows}),
        "place": len({row[1] for row in rows}), "value": sum(row[2] for row in rows),
        "rating": sum(json.loads(row[3]).get("rating", 0)
                      for row in rows),
    }[what]  # fmt: skip


def test_a_joined_fact_has_evidence_too_and_typed_figures_have_none():
    programme = sound(EVERY)
    mine = Whose(7, {JULY.start: village(DONGSHAN, 1)})
    assert [part.part for part in evidence(programme, "contest", mine, JULY)] == ["join"]
    assert evidence(programme, "last-year", mine, JULY) == []
    assert evidence(programme, "m-manual", mine, JULY) == []
    with pytest.raises(KeyError):
        evidence(programme, "nothing", mine, JULY)


def test_the_ranges_of_places_are_those_of_the_keys():
    for code in ("520181002018", "520181002", "520181", "5201", "52"):
        from zhijin.core.ids import place_key

        low, high = span(place_key(code))
        assert low <= place_span(code)[0]
        assert place_span(code)[1] <= high
        assert high - low == 10 ** (18 - len(code))


def test_predicates_hold_no_foreign_text_unquoted():
    text = SMALL.replace("is: solved", 'is: "x\'; DROP TABLE core_fact; --"')
    (part, _) = evidence(sound(text), "rate", Whose(7, {}), JULY)
    assert "'x''; DROP TABLE core_fact; --'" in part.predicate
    assert psycopg.sql.Literal("x'; DROP TABLE core_fact; --").as_string(None) in part.predicate


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "state", "points", "words"),
    [
        (37, 50, 7400, 0, 7400, "37 of 50 → 74.00% → 74.00 points"),
        (0, 50, 0, 0, 0, "0 of 50 → 0.00% → 0.00 points"),
        (0, 0, None, 1, None, "no data → not counted"),
        (None, None, None, 1, None, "no data → not counted"),
    ],
)
def test_a_figure_in_words(numerator, denominator, value, state, points, words):
    found = explain(sound(SMALL), "rate", numerator, denominator)
    assert (found.value, found.state, found.score, found.en) == (value, state, points, words)
    few = explain(
        sound(SMALL.replace("no_data: exempt", "least: 60\n        no_data: zero")), "rate", 37, 50
    )
    assert few.en == "a denominator of 50, fewer than 60 → zero"
    assert (few.state, few.score) == (3, 0)


def test_explanations_agree_with_what_was_computed(tmp_path):
    world = engines.random_world(tmp_path, 33, facts=2500)
    programme = sound(EVERY.replace("rounding: floor", "rounding: half_up"))
    book = represent(programme)
    with DuckRun(programme, world.folder, world.orgs_file, JULY, engines.inputs(33)) as run:
        rows = run.compute().rows("value")
    for row in rows:
        for i, item in enumerate(book.indicators):
            told = explain(programme, item.id, row["numerators"][i], row["denominators"][i])
            assert (told.value, told.state, told.score) == (
                row["vals"][i], row["states"][i], row["scores"][i],
            ), item.id  # fmt: skip
            assert score(item, row["vals"][i]) == row["scores"][i]


@pytest.fixture
def ten(tmp_path):
    """Ten units with 0 to 9 of ten cases solved."""
    world = World(tmp_path)
    for key in range(10):
        world.orgs.append(org(key + 1, village(DONGSHAN, key + 1)))
        world.facts += closed(key + 1, village(DONGSHAN, key + 1), key, 10 - key)
    return world.write()


def test_the_preview_says_how_many_would_be_named(ten):
    with DuckRun(sound(SMALL), ten.folder, ten.orgs_file, JULY) as run:
        seen = preview(run.compute())
    assert (seen.assessed, seen.ranked, seen.used, seen.small, seen.tied) == (10, 10, [10, 0], 0, 0)
    (named,) = seen.marks
    assert (
        named.total,
        named.by_proportion,
        named.by_running,
        named.groups,
        named.groups_without,
    ) == (2, 2, 0, 1, 0)


def test_the_preview_of_a_place_counts_only_its_own(ten):
    """A draft of one place is in force there only: nobody else is counted, nor named."""
    last = span(village(DONGSHAN, 1))
    with DuckRun(sound(SMALL), ten.folder, ten.orgs_file, JULY) as run:
        seen = preview(run.compute(), last)
    assert (seen.assessed, seen.ranked) == (1, 1)
    assert seen.marks[0].total == 1, "it is the last of the ten"
    with DuckRun(sound(SMALL), ten.folder, ten.orgs_file, JULY) as run:
        other = preview(run.compute(), span(village(DONGSHAN, 6)))
    assert (other.assessed, other.marks[0].total, other.marks[0].groups_without) == (1, 0, 1)


def test_a_changed_weight_shows_who_moves_and_why(ten):
    """A second indicator that favours the others: the order turns as its weight grows."""
    more = (
        "      - {id: few, title: {zh: 少, en: Few}, weight: %d, of: solved, better: lower, target: 1, no_data: zero}\n"
        "marks:"
    )
    old = SMALL.replace("weight: 100\n        of", "weight: 90\n        of").replace(
        "marks:", more % 10
    )
    new = SMALL.replace("weight: 100\n        of", "weight: 10\n        of").replace(
        "marks:", more % 90
    )
    with (
        DuckRun(sound(old), ten.folder, ten.orgs_file, JULY) as before,
        DuckRun(sound(new), ten.folder, ten.orgs_file, JULY) as after,
    ):
        moved = compare(before.compute(), after.compute())
        assert compare(before, before) == []
    worst = next(one for one in moved if one.org_key == 1)
    assert worst.marks == (("laggard",), ())
    assert worst.climbed > 0
    assert {reason.part for reason in worst.reasons} == {"work", "few"}
    few = next(reason for reason in worst.reasons if reason.part == "few")
    assert (few.before, few.after, few.gave, few.gives) == (10_000, 10_000, 1000, 9000)
    assert moved[0].marks[0] != moved[0].marks[1]


def test_contributions_leave_out_what_is_not_counted():
    book = represent(sound(EVERY))
    dims = [8000, None, 5000, None, 10_000]
    scores = [8000] * 5 + [None] * 10 + [5000] * 5
    found = contributions(book, dims, scores)
    assert found["shares"] == (8000, 8000 * 40 // 60)
    assert found["numbers"] == (None, 0)
    assert found["contest"] == (10_000, 10_000 * 10 // 60)
    assert found["f-distinct"] == (None, 0)


def test_only_runs_of_the_same_period_are_compared(ten):
    with (
        DuckRun(sound(SMALL), ten.folder, ten.orgs_file, JULY) as one,
        DuckRun(sound(SMALL), ten.folder, ten.orgs_file, JULY.before()) as two,
        pytest.raises(ValueError, match="period"),
    ):
        compare(one, two)
