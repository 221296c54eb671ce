"""Writes: who may, what is kept, what is told."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from tests.places.factories import SYSTEM, VILLAGE, grid, middle, plant, square
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.places import drawing, geometry, selectors, services
from zhijin.places.importing import outlines
from zhijin.places.models import Outline, Place, Succession

pytestmark = pytest.mark.django_db


def refused(call: object, **arguments: object) -> str:
    with pytest.raises(Refusal) as caught, transaction.atomic(), scoped(SYSTEM):
        call(**{"actor": SYSTEM, **arguments})  # type: ignore[operator]
    return caught.value.id


def test_groups_and_grids_are_numbered_and_told() -> None:
    plant(VILLAGE)
    with scoped(SYSTEM):
        group = services.create_group(
            actor=SYSTEM, village=VILLAGE, name=" 上寨  组 ", households=31
        )
        first = services.create_grid(actor=SYSTEM, village=VILLAGE, name="第一网格")
        ninth = services.create_grid(actor=SYSTEM, village=VILLAGE, name="第九网格", number=9)
        tenth = services.create_grid(actor=SYSTEM, village=VILLAGE, name="第十网格")
    assert [p.code for p in (group, first, ninth, tenth)] == [
        VILLAGE + "01", VILLAGE + "001", VILLAGE + "009", VILLAGE + "010",
    ]  # fmt: skip
    assert (group.name, group.households, group.level) == ("上寨 组", 31, "group")
    assert first.parent_id == VILLAGE
    assert first.valid_from == clock.today()
    actions = JournalEntry.objects.order_by("id").values_list("action", "object")
    assert list(actions) == [
        ("group.created", f"place:{group.code}"),
        *(("grid.created", f"place:{g.code}") for g in (first, ninth, tenth)),
    ]
    with scoped(SYSTEM):
        fact = Fact.objects.get(place_code=group.code)
    assert (fact.kind, fact.place_key) == ("place.group.created", group.key)
    assert fact.record == fact.subject == f"place:{group.code}"


def test_what_cannot_be_set_up() -> None:
    plant(VILLAGE)
    plant("530602105209", "旧村", valid_to=date(2020, 1, 1))
    grid("第一网格")
    make = services.create_grid
    assert refused(make, village="530602105", name="网格") == "PL101"
    assert refused(make, village="530602105299", name="网格") == "PL001"
    assert refused(make, village="zzz", name="网格") == "PL001"
    assert refused(make, village="530602105209", name="网格") == "PL002"
    assert refused(make, village=VILLAGE, name="网格", number=1) == "PL102"
    assert refused(make, village=VILLAGE, name="网格", number=1000) == "PL102"
    assert refused(services.create_group, village=VILLAGE, name="组", number=100) == "PL102"
    for name in ("", "   ", "长" * 65, "第一网格", "a\x00b"):
        assert refused(make, village=VILLAGE, name=name) == "PL104"


def test_numbers_are_never_used_again_and_run_out() -> None:
    made = grid("第一网格")
    with scoped(SYSTEM):
        services.retire(actor=SYSTEM, code=made.code)
        assert (
            services.create_grid(actor=SYSTEM, village=VILLAGE, name="第一网格").code[-3:] == "002"
        )
    grid("末", number=999)
    assert refused(services.create_grid, village=VILLAGE, name="再") == "PL103"


def test_permission_is_asked_at_the_place(cast) -> None:
    plant(VILLAGE)
    plant("530621103203")
    secretary, outsider, worker = (
        cast.branch_secretary.actor, cast.outsider.actor, cast.grid_worker.actor,
    )  # fmt: skip
    with scoped(secretary):
        made = services.create_grid(actor=secretary, village=VILLAGE, name="一", geometry=square())
    for actor in (outsider, worker, Actor.resident(), cast.auditor.actor):
        for call, arguments in (
            (services.create_grid, {"village": VILLAGE, "name": "二"}),
            (services.create_group, {"village": VILLAGE, "name": "二"}),
            (drawing.draw, {"code": made.code, "geometry": square(2)}),
            (services.rename, {"code": made.code, "name": "二"}),
            (services.retire, {"code": made.code}),
            (services.succeed, {"old": VILLAGE, "new": ["530621103203"], "kind": "merge"}),
        ):
            with pytest.raises(Refusal) as caught, transaction.atomic(), scoped(actor):
                call(actor=actor, **arguments)  # type: ignore[operator]
            assert caught.value.status == 403
    with pytest.raises(Refusal) as caught, transaction.atomic(), scoped(secretary):
        services.create_grid(actor=secretary, village="530621103203", name="越界")
    assert caught.value.status == 403


def test_every_version_of_a_drawing_is_kept() -> None:
    made = grid("第一网格", square(0))
    with scoped(SYSTEM):
        same = drawing.draw(actor=SYSTEM, code=made.code, geometry=square(0), base_version=1)
        again = drawing.draw(actor=SYSTEM, code=made.code, geometry=square(1), base_version=1)
    assert (same.version, again.version) == (1, 2)
    versions = Outline.objects.filter(place=made).order_by("version")
    assert [o.valid_to is None for o in versions] == [False, True]
    assert versions[0].valid_to == versions[1].valid_from
    assert refused(drawing.draw, code=made.code, geometry=square(2), base_version=1) == "PL107"
    with scoped(SYSTEM):
        facts = Fact.objects.filter(kind="place.grid.drawn").values_list("value", flat=True)
        drawn = sorted(facts)
    assert drawn == sorted(o.area_m2 for o in versions)


def test_a_drawing_stays_in_its_county() -> None:
    made = grid("第一网格")
    outlines.store(connection)
    far = {
        "type": "Polygon",
        "coordinates": [[[110, 30], [110.01, 30], [110.01, 30.01], [110, 30]]],
    }
    assert refused(drawing.draw, code=made.code, geometry=far) == "PL106"
    assert refused(drawing.draw, code=made.code, geometry={"type": "Point"}) == "PL105"
    assert refused(drawing.draw, code="5306", geometry=square()) == "PL001"
    with scoped(SYSTEM):
        drawing.draw(actor=SYSTEM, code=made.code, geometry=square())
    assert geometry.locate(*middle()) == made


def test_merging_grids_keeps_their_history() -> None:
    a, b = grid("东", square(0)), grid("西", square(1))
    with scoped(SYSTEM):
        new = services.merge_grids(actor=SYSTEM, codes=[a.code, b.code, a.code], name="东")
    assert geometry.locate(*middle(0)) == geometry.locate(*middle(1)) == new
    assert [p.code for p in selectors.resolve_code(a.code)] == [new.code]
    assert [p.code for p in selectors.predecessors(new.code)] == [a.code, b.code]
    assert set(Succession.objects.values_list("kind", flat=True)) == {"merge"}
    assert geometry.outline_of(new.code).geometry["type"] == "Polygon"
    assert selectors.counts(VILLAGE) == {"grid": 1}
    assert refused(services.merge_grids, codes=[a.code], name="再") == "PL002"


def test_splitting_a_grid() -> None:
    old = grid("全村", square(0, 0, 2))
    assert refused(services.split_grid, code=old.code, parts=[("一", square(0))]) == "PL110"
    assert (
        refused(services.split_grid, code=old.code, parts=[("同", square(0)), ("同", square(1))])
        == "PL104"
    )
    assert selectors.get(old.code).valid_to is None  # nothing was written
    with scoped(SYSTEM):
        new = services.split_grid(
            actor=SYSTEM, code=old.code, parts=[("全村", square(0)), ("二", square(1))]
        )
    assert [p.code for p in selectors.resolve_code(old.code)] == [p.code for p in new]
    assert set(Succession.objects.values_list("kind", flat=True)) == {"split"}


def test_grids_of_two_villages_do_not_merge() -> None:
    a, b = grid("甲", square(0)), grid("乙", square(1), village="530621103203")
    assert refused(services.merge_grids, codes=[a.code, b.code], name="并") == "PL108"
    with scoped(SYSTEM):
        group = services.create_group(actor=SYSTEM, village=VILLAGE, name="组")
    assert refused(services.merge_grids, codes=[a.code, group.code], name="并") == "PL108"


def test_divisions_entered_by_hand() -> None:
    plant("530602")
    with scoped(SYSTEM):
        made = services.create_division(
            actor=SYSTEM, code="530602099", name="新街道", at=date(2026, 1, 1)
        )
    assert (made.level, made.kind, made.parent_id) == ("township", "subdistrict", "530602")
    assert refused(services.create_division, code="530602099", name="又") == "PL102"
    assert refused(services.create_division, code="530699001", name="没上级") == "PL001"
    assert refused(services.create_division, code="530602099001001", name="网格") == "PL001"
    assert refused(services.create_division, code="530602098", name=" ") == "PL104"


def test_renaming_keeps_grid_names_apart() -> None:
    a, b = grid("甲"), grid("乙")
    assert refused(services.rename, code=a.code, name="乙") == "PL104"
    with scoped(SYSTEM):
        services.rename(actor=SYSTEM, code=a.code, name="甲")
        services.rename(actor=SYSTEM, code=a.code, name="丙")
    assert Place.objects.get(code=a.code).name == "丙"
    assert [f.name for f in a.former_names.all()] == ["甲"]
    assert selectors.get(b.code).name == "乙"


def test_a_failed_write_leaves_nothing() -> None:
    plant(VILLAGE)
    with pytest.raises(Refusal), transaction.atomic(), scoped(SYSTEM):
        services.create_grid(actor=SYSTEM, village=VILLAGE, name="一", geometry="nonsense")
    assert not Place.objects.filter(level="grid").exists()
    assert not JournalEntry.objects.exists()


def test_where_a_shape_comes_from_is_said_in_words() -> None:
    assert Outline(source="drawn").source_title == "在平台上画的"
    assert Outline(source="simulated").source_title == "演示用，随机画的"
    assert Outline(source="昭阳区2026.geojson").source_title == "昭阳区2026.geojson"
