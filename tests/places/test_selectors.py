"""Reads of places: up and down the tree, as of a day, and what became of a code."""

from __future__ import annotations

from datetime import date

import pytest

from tests.places.factories import SYSTEM, VILLAGE, grid, plant
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.places import api, selectors, services

pytestmark = pytest.mark.django_db

DAY = date(2025, 3, 1)


def succeed(old: str, new: list[str], kind: str = "merge", at: date = DAY) -> None:
    with scoped(SYSTEM):
        services.succeed(actor=SYSTEM, old=old, new=new, kind=kind, at=at)


def test_walk_up_and_down() -> None:
    plant(VILLAGE)
    plant("530602105208", "松杉村村民委员会")
    plant("530602105210", "旧村", valid_to=DAY)
    assert [p.code for p in selectors.ancestors(VILLAGE)] == ["53", "5306", "530602", "530602105"]
    assert [p.code for p in selectors.children()] == ["53"]
    assert [p.code for p in selectors.children("530602105")] == [VILLAGE, "530602105208"]
    assert [p.code for p in selectors.children("530602105", as_of=date(2025, 2, 28))] == [
        VILLAGE, "530602105208", "530602105210",
    ]  # fmt: skip
    assert selectors.children(VILLAGE) == []
    with pytest.raises(Refusal) as caught:
        selectors.children("99x")
    assert caught.value.id == "PL001"


def test_a_village_has_groups_and_grids_below() -> None:
    made = grid("第一网格")
    with scoped(SYSTEM):
        group = services.create_group(actor=SYSTEM, village=VILLAGE, name="上寨组")
    assert [p.code for p in selectors.children(VILLAGE)] == [group.code, made.code]
    assert selectors.counts(VILLAGE) == {"group": 1, "grid": 1}
    assert selectors.counts("530602") == {"township": 1, "village": 1, "group": 1, "grid": 1}
    assert selectors.counts_by_child("530602", "village", "grid") == {
        "530602105": {"village": 1, "grid": 1}
    }
    assert selectors.counts_by_kind("53") == {"town": 1, "village": 1}


def test_the_colliding_prefecture_keeps_its_tree() -> None:
    for code in ("4419", "441900", "441900003", "441900003001", "4418", "441802"):
        plant(code, {"4419": "东莞市", "441900": "东莞市", "44": "广东省"}.get(code, ""))
    assert [p.code for p in selectors.children("4419")] == ["441900"]
    assert [p.code for p in selectors.children("441900")] == ["441900003"]
    assert selectors.counts("4419") == {"county": 1, "township": 1, "village": 1}
    assert selectors.label("441900003001").count("东莞市") == 1


def test_labels_leave_out_fillers() -> None:
    plant("110101001001", "多福巷社区居委会")
    api.Place.objects.filter(code="1101").update(name="市辖区")
    api.Place.objects.filter(code="11").update(name="北京市")
    assert selectors.label("110101001001").startswith("北京市地方110101")
    assert selectors.label("110101001001", separator="/", skip=2).endswith("/多福巷社区")
    # However much is left out, the place itself is named.
    assert selectors.label("110101", skip=4) == selectors.label("110101", skip=2)
    assert selectors.label("11", skip=3) == selectors.label("11")
    with pytest.raises(Refusal):
        selectors.label("999999")


def test_labels_are_one_query(django_assert_num_queries) -> None:
    plant(VILLAGE)
    plant("530621103203")
    with django_assert_num_queries(1):
        found = selectors.labels([VILLAGE, "530621103203"])
    assert found[VILLAGE] == "云南省昭通市昭阳区靖安镇大耆老村"


def test_unknown_and_malformed_codes() -> None:
    assert selectors.find("nonsense") is None
    assert selectors.find("530602") is None
    assert selectors.get_many(["530602", "x"]) == {}
    with pytest.raises(Refusal) as caught:
        selectors.get("530602105207")
    assert (caught.value.id, caught.value.status) == ("PL001", 404)
    assert selectors.resolve_code("530602") == []


def test_a_merged_township_keeps_its_history() -> None:
    plant("530602105")
    plant("530602106", "旧圃镇")
    plant("530602107", "新镇")
    succeed("530602105", ["530602107"])
    succeed("530602106", ["530602107"])
    old = selectors.get("530602105")
    assert old.valid_to == DAY
    assert selectors.find("530602105", as_of=DAY) is None
    assert selectors.get("530602105", as_of=date(2025, 2, 28)).name == "靖安镇"
    assert [p.code for p in selectors.resolve_code("530602105")] == ["530602107"]
    assert [p.code for p in selectors.resolve_code("530602105", date(2025, 2, 1))] == ["530602105"]
    assert [p.code for p in selectors.predecessors("530602107")] == ["530602105", "530602106"]
    assert selectors.counts("530602") == {"township": 1}
    assert selectors.counts("530602", as_of=date(2025, 2, 1)) == {"township": 3}
    lines = [text for _day, text in selectors.history("530602105")]
    assert lines == ["由新镇（530602107）接续", "撤销"]
    assert "靖安镇（530602105）" in selectors.history("530602107")[0][1]


def test_a_chain_of_successions_is_followed_to_its_end() -> None:
    for code in ("530602105", "530602106", "530602107", "530602108"):
        plant(code)
    succeed("530602105", ["530602106"], "rename", date(2024, 1, 1))
    succeed("530602106", ["530602107", "530602108"], "split", date(2025, 1, 1))
    assert [p.code for p in selectors.resolve_code("530602105")] == ["530602107", "530602108"]
    assert [p.code for p in selectors.resolve_code("530602105", date(2024, 6, 1))] == ["530602106"]
    with pytest.raises(Refusal) as caught:
        succeed("530602108", ["530602105"])
    assert caught.value.id == "PL110"


@pytest.mark.parametrize(
    ("new", "kind"),
    [([], "merge"), (["530602105"], "merge"), (["530602"], "merge"), (["530602106"], "swallow")],
)
def test_successions_that_make_no_sense(new: list[str], kind: str) -> None:
    plant("530602105")
    plant("530602106")
    with pytest.raises(Refusal) as caught:
        succeed("530602105", new, kind)
    assert caught.value.id == "PL110"
    assert selectors.get("530602105").valid_to is None


def test_names_of_their_day() -> None:
    plant(VILLAGE)
    with scoped(SYSTEM):
        services.rename(actor=SYSTEM, code=VILLAGE, name="幸福村村民委员会", at=date(2020, 1, 1))
        services.rename(actor=SYSTEM, code=VILLAGE, name="和谐村村民委员会", at=date(2024, 1, 1))
    place = selectors.get(VILLAGE)
    assert place.name == "和谐村村民委员会"
    names = [selectors.name_at(place, date(year, 6, 1)) for year in (2019, 2022, 2024)]
    assert names == ["大耆老村村民委员会", "幸福村村民委员会", "和谐村村民委员会"]
    assert selectors.label(VILLAGE, as_of=date(2022, 6, 1)).endswith("幸福村")
    assert [text for _day, text in selectors.history(VILLAGE)] == [
        "由“大耆老村村民委员会”更名", "由“幸福村村民委员会”更名",
    ]  # fmt: skip
