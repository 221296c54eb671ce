"""A place chosen by its name: one that fits is taken, several are offered, only where one may look."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import COUNTY, GRID, OTHER_VILLAGE, VILLAGE
from tests.places.factories import plant
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.places.api import GROUND, PlacedForm, PlaceField, Question, pick
from zhijin.ui.picking import Choice, Typed

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
SECOND = VILLAGE + "002"
TWIN = "530602105208"
ON_GROUND = Question(GROUND, "person.edit", grids=True)


@pytest.fixture(autouse=True)
def _places() -> None:
    plant(VILLAGE)
    plant(GRID, "第一网格")
    plant(SECOND, "第二网格")
    plant(TWIN, "沙坝村村民委员会")
    plant(OTHER_VILLAGE, "沙坝村村民委员会")
    plant("522631206200")


def asked(actor: Actor, query: str, question: Question | None = None) -> Any:
    return pick(actor, QueryDict(query), "place", question)


class Form(PlacedForm):
    """A form with one place that is needed and one that is not."""

    place_code = PlaceField(levels=GROUND, permission="person.edit", grids=True)
    other = PlaceField(required=False)


# -- what is meant ---------------------------------------------------------------------------


def test_a_name_that_fits_one_place_is_that_place(cast):
    found = asked(cast.county_officer.actor, "place=大耆老")
    assert (found.code, found.text, found.settled, found.sure()) == (
        VILLAGE,
        "大耆老村",
        True,
        VILLAGE,
    )


def test_a_whole_code_stands_for_itself_and_is_shown_by_its_name(cast):
    officer = cast.county_officer.actor
    found = asked(officer, f"place={VILLAGE}")
    assert (found.code, found.text) == (VILLAGE, "大耆老村")
    # Somewhere else is not told by name; whether it may be used, the service says.
    assert asked(officer, f"place={OTHER_VILLAGE}").text == OTHER_VILLAGE
    assert asked(officer, "place=530602999999").code == "530602999999"


def test_several_are_offered_with_what_lies_above_them():
    found = asked(SYSTEM, "place=沙坝村")
    assert (found.code, found.open, found.settled) == ("", True, False)
    assert [one.code for one in found.choices] == [TWIN, OTHER_VILLAGE]
    assert found.choices[0] == Choice(TWIN, "沙坝村", "昭通市 昭阳区 靖安镇")
    with pytest.raises(Refusal) as refusal:
        found.sure()
    assert refusal.value.id == "PL004"


def test_a_wider_place_before_the_name_decides():
    assert asked(SYSTEM, "place=靖安 沙坝").code == TWIN
    assert asked(SYSTEM, "place=黎平县口江乡口江村").code == "522631206200"
    assert asked(SYSTEM, "place=大耆老 第二网格", Question(("grid",))).code == SECOND


def test_the_one_that_is_called_just_so_is_meant():
    plant("530602105209", "大耆老村新街居委会")
    assert asked(SYSTEM, "place=大耆老村").code == VILLAGE
    assert len(asked(SYSTEM, "place=耆老").choices) == 2


def test_a_choice_holds_only_for_the_words_that_it_was_a_choice_of():
    chosen = f"place=沙坝村&place.was=沙坝村&place.code={OTHER_VILLAGE}"
    assert asked(SYSTEM, chosen).code == OTHER_VILLAGE
    assert asked(SYSTEM, chosen).text == "沙坝村"
    changed = f"place=大耆老&place.was=沙坝村&place.code={OTHER_VILLAGE}"
    assert asked(SYSTEM, changed).code == VILLAGE
    assert asked(SYSTEM, "place=沙坝村&place.was=沙坝村&place.code=x").open


def test_nothing_typed_is_settled_and_nonsense_is_lost():
    nothing = asked(SYSTEM, "")
    assert (nothing.code, nothing.settled, nothing.sure()) == ("", True, "")
    lost = asked(SYSTEM, "place=没有这个地方")
    assert (lost.lost, lost.open, lost.settled) == (True, False, False)
    with pytest.raises(Refusal):
        lost.sure()


@settings(max_examples=30)
@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=80))
def test_no_words_break_it(text, code, was):
    data = {"place": text, "place.code": code, "place.was": was}
    found = pick(SYSTEM, data, "place")
    assert len(found.text) <= 60
    assert found.settled == bool(found.code or not found.text)


# -- where one may look ----------------------------------------------------------------------


def test_one_is_offered_only_what_one_may_see(cast):
    assert asked(cast.township_officer.actor, "place=沙坝").code == TWIN
    assert asked(cast.outsider.actor, "place=沙坝").code == OTHER_VILLAGE
    assert asked(cast.branch_secretary.actor, "place=沙坝").lost
    assert asked(Actor.resident(), "place=沙坝").lost
    # The wider place's name helps, though it lies outside.
    assert asked(cast.branch_secretary.actor, "place=昭阳 大耆老").code == VILLAGE


def test_only_where_the_permission_is_held(cast):
    grid = cast.grid_worker.actor
    looks, edits = Question(GROUND, "person.view"), Question(GROUND, "org.edit")
    assert asked(grid, "place=第一网格", looks).code == GRID
    assert asked(grid, "place=第一网格", edits).lost
    assert asked(grid, "place=第二网格", looks).lost


def test_a_villages_grids_are_offered_beside_it(cast):
    found = asked(cast.county_officer.actor, "place=大耆老", ON_GROUND)
    assert [one.code for one in found.choices] == [VILLAGE, GRID, SECOND]
    assert found.open
    assert asked(cast.county_officer.actor, f"place={VILLAGE}", ON_GROUND).code == VILLAGE


# -- the page --------------------------------------------------------------------------------


def test_while_one_types_the_places_are_told(cast, django_assert_max_num_queries):
    client, url = cast.county_officer.client, "/desk/places/choices/"
    page = client.get(url, {"field": "place_code", "place_code": "大耆老", "levels": "village"})
    assert f'name="place_code.code" value="{VILLAGE}" checked' in page.content.decode()
    assert 'name="place_code.was" value="大耆老"' in page.content.decode()
    both = {"field": "place", "place": "大耆老", "levels": "village.grid", "grids": "1"}
    page = client.get(url, both).content.decode()
    assert page.count('type="radio"') == 3
    assert "checked" not in page
    assert "没有找到" in client.get(url, {"field": "place", "place": "没有"}).content.decode()
    assert "没有找到" not in client.get(url, {"field": "place", "place": ""}).content.decode()
    assert "没有找到" in client.get(url, both | {"permission": "no.such"}).content.decode()
    with django_assert_max_num_queries(10):
        client.get(url, both)


def test_what_is_typed_is_never_markup(cast):
    page = cast.county_officer.client.get(
        "/desk/places/choices/", {"field": '"><script>', '"><script>': "<b>x</b>"}
    ).content.decode()
    assert "<script>" not in page
    assert "<b>" not in page


# -- in a form -------------------------------------------------------------------------------


def test_a_form_gives_the_code_or_asks(cast):
    officer = cast.county_officer.actor
    form = Form({"place_code": "沙坝"}, actor=officer)
    assert form.is_valid()
    assert form.cleaned_data == {"place_code": TWIN, "other": ""}
    asks = Form({"place_code": "大耆老", "other": "大耆老"}, actor=officer)
    assert list(asks.errors) == ["place_code"]
    page = str(asks["place_code"])
    assert page.count('type="radio"') == 3
    assert "required" in page
    assert "grids=1" in page
    chosen = {"place_code": "大耆老", "place_code.was": "大耆老", "place_code.code": SECOND}
    done = Form(chosen, actor=officer)
    assert done.is_valid()
    assert done.cleaned_data["place_code"] == SECOND


@pytest.mark.parametrize(("text", "code"), [("", "required"), ("没有", "lost"), ("大耆老", "open")])
def test_what_is_wrong_is_said(cast, text, code):
    form = Form({"place_code": text}, actor=cast.county_officer.actor)
    assert [one.code for one in form.errors.as_data()["place_code"]] == [code]


def test_a_form_that_was_not_sent_shows_the_place_by_its_name(cast):
    form = Form(initial={"place_code": VILLAGE, "other": ""}, actor=cast.county_officer.actor)
    page = str(form["place_code"])
    assert 'value="大耆老村"' in page
    assert f'name="place_code.code" value="{VILLAGE}"' in page
    assert 'value=""' in str(form["other"])


def test_two_forms_do_not_share_who_looks(cast):
    one = Form({"place_code": "沙坝"}, actor=cast.county_officer.actor)
    two = Form({"place_code": "沙坝"}, actor=cast.outsider.actor)
    assert one.is_valid()
    assert two.is_valid()
    assert (one.cleaned_data["place_code"], two.cleaned_data["place_code"]) == (TWIN, OTHER_VILLAGE)
    assert TWIN[:6] == COUNTY


def test_the_three_values_are_read_from_any_mapping():
    assert Typed.of({}, "x") == Typed()
    assert Typed.of({"x": " 甲\0 ", "x.code": "1", "x.was": "甲"}, "x") == Typed("甲", "1", "甲")
