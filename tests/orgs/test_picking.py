"""An organisation chosen by its name: one that fits is taken, several are offered, only those that one may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, give, make_account
from tests.orgs.conftest import SYSTEM, register
from zhijin.access.api import actor_of
from zhijin.core import finders, labels
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.orgs import lines, services
from zhijin.orgs.api import OrgField, Picked, Question, pick
from zhijin.orgs.models import Organisation
from zhijin.places.api import PlacedForm

pytestmark = pytest.mark.usefixtures("places")
MINE = Question(("party",), "activity.act", few=2)


@pytest.fixture
def some() -> dict[str, Organisation]:
    return {
        "party": register("靖安镇党委", TOWNSHIP, kind="committee", sector=3),
        "general": register("大耆老村党总支", kind="general_branch"),
        "first": register("大耆老村第一党支部"),
        "coop": register("星火合作社", kind="cooperative"),
        "firm": register("昭阳电商公司", COUNTY, kind="firm", sector=7, industry=120),
        "far": register("示例村党总支", OTHER_VILLAGE, kind="general_branch"),
    }


def asked(actor: Actor, text: str, question: Question | None = None, **more: str) -> Picked:
    data = {"org": text, **{f"org.{name}": value for name, value in more.items()}}
    with scoped(actor):
        return pick(actor, data, "org", question)


def names(found: Picked) -> list[str]:
    return [one.name for one in found.choices]


class Form(PlacedForm):
    parent = OrgField(kinds=("party",))
    other = OrgField(required=False)


# -- what is meant ---------------------------------------------------------------------------


def test_part_of_a_name_that_fits_one_is_that_one(cast: Cast, some: dict[str, Organisation]):
    found = asked(cast.county_officer.actor, "第一")
    assert (found.key, found.text) == (some["first"].key, "大耆老村第一党支部")
    assert found.sure() == str(some["first"].key)
    assert found.needed() == some["first"].key


def test_several_are_offered_with_their_place_and_kind(cast: Cast, some: dict[str, Organisation]):
    found = asked(cast.county_officer.actor, "大耆老")
    assert (found.key, found.open, found.settled) == (None, True, False)
    assert names(found) == ["大耆老村党总支", "大耆老村第一党支部"]
    assert found.choices[0].path == "靖安镇 大耆老村 · 党总支"
    wider = asked(SYSTEM, "党总支")
    assert [one.path for one in wider.choices] == [
        "鲁甸县 文屏镇 示例村 · 党总支",
        "昭阳区 靖安镇 大耆老村 · 党总支",
    ]
    with pytest.raises(Refusal) as refusal:
        found.sure()
    assert (refusal.value.id, list(refusal.value.fields)) == ("OR011", ["org"])


def test_the_one_that_is_called_just_so_is_meant(cast: Cast):
    short, _long = register("星火"), register("星火合作社")
    assert asked(cast.county_officer.actor, "星火").key == short.key


def test_a_place_before_the_name_and_a_place_alone(cast: Cast, some: dict[str, Organisation]):
    officer = cast.county_officer.actor
    assert asked(officer, "靖安 合作社").key == some["coop"].key
    assert asked(officer, "昭阳 电商").key == some["firm"].key
    # Words that stand in the name itself need no place.
    assert asked(officer, "大耆老 第一").key == some["first"].key
    register("靖安供销社", TOWNSHIP, kind="firm", sector=7)
    assert names(asked(officer, "靖安镇")) == []
    assert asked(officer, "靖安镇").text == "靖安镇党委"
    # 大耆老村 is in no firm's name; whatever stands there is offered.
    cooperative = Question(("cooperative",))
    assert asked(officer, "大耆老", cooperative).key == some["coop"].key


def test_a_key_stands_for_itself_where_it_may_be_chosen(cast: Cast, some: dict[str, Organisation]):
    officer = cast.county_officer.actor
    assert asked(officer, str(some["coop"].key)).text == "星火合作社"
    assert asked(officer, str(some["coop"].key), MINE).lost
    assert asked(officer, str(some["far"].key)).lost
    assert asked(officer, "1" * 19).lost


def test_a_choice_holds_only_for_its_words_and_within_ones_sight(
    cast: Cast, some: dict[str, Organisation]
):
    officer = cast.county_officer.actor
    key = str(some["first"].key)
    assert asked(officer, "大耆老", code=key, was="大耆老").key == some["first"].key
    assert asked(officer, "星火", code=key, was="大耆老").key == some["coop"].key
    assert asked(officer, "大耆老", code=str(some["far"].key), was="大耆老").open
    assert asked(officer, "大耆老", code="x", was="大耆老").open


def test_nothing_typed_is_settled_and_may_be_needed(cast: Cast):
    nothing = asked(cast.county_officer.actor, "")
    assert (nothing.key, nothing.settled, nothing.sure()) == (None, True, "")
    with pytest.raises(Refusal) as refusal:
        nothing.needed()
    assert refusal.value.id == "OR011"


def test_what_has_ended_is_not_offered(cast: Cast, some: dict[str, Organisation]):
    with scoped(SYSTEM):
        services.end_organisation(actor=SYSTEM, key=some["coop"].key, why="注销")
    found = asked(cast.county_officer.actor, "星火")
    assert found.lost
    assert "没有找到" in found.unknown
    assert "现有" in found.wrong()


@settings(max_examples=30)
@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=80))
def test_no_words_break_it(text: str, code: str, was: str):
    found = asked(SYSTEM, text, code=code, was=was)
    assert found.settled == bool(found.code or not found.text)


# -- where one may look ----------------------------------------------------------------------


def test_one_is_offered_only_what_one_may_see(cast: Cast, some: dict[str, Organisation]):
    assert asked(cast.outsider.actor, "党总支").key == some["far"].key
    assert asked(cast.branch_secretary.actor, "党总支").key == some["general"].key
    assert asked(cast.branch_secretary.actor, "党委").lost
    assert asked(Actor.resident(), "党总支").lost
    assert asked(cast.security_officer.actor, "党总支").lost
    assert len(asked(SYSTEM, "党总支").choices) == 2


def test_a_line_of_business_finds_its_own_wherever_it_stands(cast: Cast):
    bureau = register("昭阳区公安局", COUNTY, kind="agency", sector=3, industry=101)
    register("昭阳区公安医院", COUNTY, kind="hospital", sector=6)
    assert asked(cast.department_officer.actor, "公安").key == bureau.key


def test_only_where_the_permission_is_held(cast: Cast, some: dict[str, Organisation]):
    secretary = cast.branch_secretary
    assert secretary.account is not None
    # Somebody who looks at a county and acts for a village is offered the village's own.
    give(secretary.account, "department_officer", COUNTY, line=120)
    both = secretary.actor
    assert asked(both, "电商").key == some["firm"].key
    assert asked(both, "电商", Question((), "org.edit")).lost
    assert asked(both, "大耆老村党总支", Question((), "org.edit")).key == some["general"].key
    assert asked(both, "电商", Question((), "no.such")).lost


# -- few of one's own ------------------------------------------------------------------------


def test_few_of_ones_own_are_a_list_and_many_are_looked_for(
    cast: Cast, some: dict[str, Organisation]
):
    secretary = cast.branch_secretary.actor
    few = asked(secretary, "", MINE)
    assert [one.name for one in few.few] == ["大耆老村党总支", "大耆老村第一党支部"]
    assert few.only is None
    register("大耆老村第二党支部")
    assert asked(secretary, "", MINE).few == ()
    alone = Question(("cooperative",), few=2)
    assert asked(secretary, "", alone).only is not None


def draw(found: Picked, actor: Actor, **more: Any) -> str:
    values = {"picked": found, **more}
    text = '{% load orgs %}{% org_field picked "哪一个" "说明" required=True %}'
    with scoped(actor):
        return Template(text).render(Context(values))


def test_how_the_field_is_drawn(cast: Cast, some: dict[str, Organisation]):
    secretary = cast.branch_secretary.actor
    listed = draw(asked(secretary, str(some["first"].key), MINE), secretary)
    assert f'<option value="{some["first"].key}" selected>' in listed
    assert 'type="radio"' not in listed
    alone = draw(asked(secretary, "", Question(("cooperative",), few=2)), secretary)
    assert f'type="hidden" name="org" value="{some["coop"].key}"' in alone
    assert "<label" not in alone
    typed = draw(asked(secretary, "大耆老"), secretary)
    assert typed.count('type="radio"') == 2
    assert 'aria-describedby="id_org-help"' in typed
    assert "/desk/orgs/choices/?field=org" in typed
    assert "没有找到" in draw(asked(secretary, "没有"), secretary)


# -- the page --------------------------------------------------------------------------------


def test_while_one_types_the_organisations_are_told(
    cast: Cast, some: dict[str, Organisation], django_assert_max_num_queries: Any
):
    client, url = cast.county_officer.client, "/desk/orgs/choices/"
    page = client.get(url, {"field": "parent", "parent": "第一"}).content.decode()
    assert f'name="parent.code" value="{some["first"].key}" checked' in page
    both = {"field": "parent", "parent": "大耆老", "kinds": "party"}
    page = client.get(url, both).content.decode()
    assert page.count('type="radio"') == 2
    assert "checked" not in page
    assert "没有找到" in client.get(url, both | {"permission": "no.such"}).content.decode()
    assert "没有找到" in client.get(url, both | {"kinds": "firm"}).content.decode()
    assert "没有找到" not in client.get(url, {"field": "parent", "parent": ""}).content.decode()
    with django_assert_max_num_queries(9):
        client.get(url, both)
    assert client.post(url, both).status_code == 405


def test_what_is_typed_is_never_markup(cast: Cast):
    query = {"field": '"><script>', '"><script>': "<b>x</b>", "kinds": "<i>.party"}
    page = cast.county_officer.client.get("/desk/orgs/choices/", query).content.decode()
    assert "<script>" not in page
    assert "<b>" not in page


# -- in a form -------------------------------------------------------------------------------


def test_a_form_gives_the_key_or_asks(cast: Cast, some: dict[str, Organisation]):
    officer = cast.county_officer.actor
    with scoped(officer):
        form = Form(QueryDict("parent=第一"), actor=officer)
        assert form.is_valid()
        assert form.cleaned_data == {"parent": str(some["first"].key), "other": ""}
        asks = Form(QueryDict("parent=大耆老&other=没有"), actor=officer)
        wrong = {name: [one.code for one in found] for name, found in asks.errors.as_data().items()}
        assert wrong == {"parent": ["open"], "other": ["lost"]}
        assert str(asks["parent"]).count('type="radio"') == 2
        # A firm is no Party organisation.
        assert list(Form({"parent": "电商"}, actor=officer).errors) == ["parent"]
        shown = str(Form(initial={"parent": some["first"].key}, actor=officer)["parent"])
    assert 'value="大耆老村第一党支部"' in shown
    assert f'name="parent.code" value="{some["first"].key}"' in shown


def test_an_organisation_is_registered_below_one_that_is_named(
    cast: Cast, some: dict[str, Organisation]
):
    form = {"name": "大耆老村第二党支部", "kind": "branch", "sector": "1", "place_code": VILLAGE}
    client = cast.township_officer.client
    page = client.post("/desk/orgs/new/", {**form, "parent": "大耆老", "covered_by": ""})
    assert "有几个组织都符合" in page.content.decode()
    done = {"parent": "大耆老", "parent.was": "大耆老", "parent.code": str(some["general"].key)}
    assert client.post("/desk/orgs/new/", {**form, **done}).status_code == 302
    with scoped(SYSTEM):
        made = Organisation.objects.get(name="大耆老村第二党支部")
    assert (made.parent_id, made.covered_by_id) == (some["general"].key, None)


def test_a_village_changes_its_branch_though_what_is_above_lies_outside(
    cast: Cast, some: dict[str, Organisation]
):
    branch = register("大耆老村第三党支部", parent=some["party"])
    url, client = f"/desk/orgs/{branch.key}/edit/", cast.branch_secretary.client
    page = client.get(url).content.decode()
    assert "上级组织在您的管辖范围以外" in page
    assert 'name="parent"' not in page
    form = {"name": "大耆老村产业党支部", "kind": "branch", "sector": "1", "place_code": VILLAGE,
            "version": "1", "parent": str(some["general"].key), "covered_by": ""}  # fmt: skip
    assert client.post(url, form).status_code == 302
    with scoped(SYSTEM):
        branch.refresh_from_db()
    assert (branch.name, branch.parent_id) == ("大耆老村产业党支部", some["party"].key)


def test_one_that_has_ended_is_named_and_another_is_chosen(
    cast: Cast, some: dict[str, Organisation]
):
    firm = register("星火物业", kind="firm", sector=7, covered_by=some["first"])
    with scoped(SYSTEM):
        services.end_organisation(actor=SYSTEM, key=some["first"].key, why="合并")
    url, client = f"/desk/orgs/{firm.key}/edit/", cast.branch_secretary.client
    assert 'value="大耆老村第一党支部"' in client.get(url).content.decode()
    form = {
        "name": "星火物业",
        "kind": "firm",
        "sector": "7",
        "place_code": VILLAGE,
        "version": "1",
    }
    refused = client.post(url, {**form, "covered_by": "大耆老村第一党支部"})
    assert "现有的组织" in refused.content.decode()
    assert client.post(url, {**form, "covered_by": "党总支"}).status_code == 302
    with scoped(SYSTEM):
        firm.refresh_from_db()
    assert firm.covered_by_id == some["general"].key


# -- lines -----------------------------------------------------------------------------------


def test_a_line_is_chosen_by_its_name_and_only_one_that_exists():
    found = finders.find("line", SYSTEM, {"line": "101"}, "line")
    assert found.sure() == "101"
    assert finders.find("line", SYSTEM, {}, "line").sure() == ""
    for text in ("8", "999", "x", "１０１", "101 "[:3] + "0"):
        with pytest.raises(Refusal) as refusal:
            lines.asked(SYSTEM, {"line": text}, "line").sure()
        assert refusal.value.id == "OR004"
    assert labels.labels("line", ["101", "3", "x", "8"]) == {"101": "公安", "3": "机关"}
    with override("en"):
        assert [len(rows) for _title, rows in lines.Line("line").groups] == [7, 26]


def test_what_a_grant_is_narrowed_to_is_told_by_name(cast: Cast, some: dict[str, Organisation]):
    worker, department = cast.grid_worker, cast.department_officer
    assert worker.account is not None
    assert department.account is not None
    give(worker.account, "firm_contact", VILLAGE, org_key=some["coop"].key)
    officer = cast.security_officer.client
    page = officer.get(f"/desk/admin/grants/{worker.account.pk}/").content.decode()
    assert "星火合作社" in page
    assert str(some["coop"].key) not in page
    page = officer.get(f"/desk/admin/grants/{department.account.pk}/").content.decode()
    assert "只限条线：公安" in page
    assert '<option value="101">公安</option>' in page


def test_a_grant_is_narrowed_to_an_organisation_by_its_name(
    cast: Cast, some: dict[str, Organisation]
):
    account = make_account("contact", name="联系人")
    officer, url = cast.security_officer.client, f"/desk/admin/grants/{account.pk}/"
    told = officer.get("/desk/orgs/choices/?field=org&org=星火&permission=grant.manage")
    assert f'value="{some["coop"].key}" checked' in told.content.decode()
    # Without the permission by which the officer looks, there is nothing to see.
    assert "没有找到" in officer.get("/desk/orgs/choices/?field=org&org=星火").content.decode()
    form = {"do": "give", "role": "firm_contact", "place": "", "org": "大耆老"}
    asks = officer.post(url, form)
    assert (asks.status_code, asks.content.decode().count('name="org.code"')) == (400, 2)
    assert officer.post(url, {**form, "org": "星火", "line": "101"}).status_code == 400
    assert officer.post(url, {**form, "org": "星火"}).status_code == 302
    given = account.grants.get()
    assert (given.org_key, given.lo, given.hi, given.line_lo) == (some["coop"].key, 0, 0, None)
    assert asked(actor_of(str(account.id)) or SYSTEM, "党总支").lost, (
        "sees its own organisation only"
    )
