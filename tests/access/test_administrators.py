"""System administrator, security officer and auditor: three people, each with a third of the power and none
with a view of the business."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.cast import COUNTY, GRID, OTHER_VILLAGE, PASSWORD, VILLAGE, give, make_account
from tests.core.test_scope import note, seen
from tests.places.factories import plant
from zhijin.access.models import Account, ApiKey, RoleGrant, SignIn
from zhijin.access.selectors import actor_of, clock_wall, current_grants, holders
from zhijin.access.services import (
    confirm_key,
    confirm_way_in,
    create_account,
    end_key,
    grant_role,
    issue_key,
    link_identity,
    reset_password,
    revoke,
    revoke_source,
    set_active,
)  # fmt: skip
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_span
from zhijin.core.models import JournalEntry
from zhijin.core.roles import ADMINISTRATIVE, ROLES

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
THREE = sorted(ADMINISTRATIVE)


def refused(id: str, service, **arguments) -> Refusal:  # noqa: A002
    with pytest.raises(Refusal) as told:
        service(**arguments)
    assert told.value.id == id
    return told.value


# -- apart ----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", THREE)
@pytest.mark.parametrize("second", [*THREE, "grid_worker", "county_officer"])
def test_an_administrator_holds_no_second_role(first, second):
    if first == second:
        return
    for one, two in ((first, second), (second, first)):
        account = make_account(f"{one}-{two}")
        give(account, one, VILLAGE)
        refused("AC006", grant_role, actor=SYSTEM, account=account, role=two, place_code=VILLAGE)


@pytest.mark.parametrize("role", THREE)
def test_the_database_itself_keeps_them_apart(role):
    account = make_account("someone")
    give(account, role, "")
    lo, hi = place_span(VILLAGE)
    with pytest.raises(IntegrityError, match="holds no other role"), transaction.atomic():
        RoleGrant.objects.create(
            account=account, role="grid_worker", place_code=VILLAGE, lo=lo, hi=hi, granted_by="x"
        )
    with pytest.raises(IntegrityError, match="access_grant_nowhere"), transaction.atomic():
        RoleGrant.objects.create(
            account=make_account("other"), role=role, place_code=VILLAGE, lo=lo, hi=hi,
            granted_by="x",
        )  # fmt: skip


def test_who_laid_one_down_may_take_up_another():
    account = make_account("someone")
    give(account, "auditor", "")
    revoke(actor=SYSTEM, grant=account.grants.get())
    give(account, "grid_worker", GRID)
    assert actor_of(str(account.pk)).permissions == ROLES["grid_worker"].permissions


@pytest.mark.parametrize("role", THREE)
def test_they_see_no_business_data_even_by_a_direct_query(role):
    note(VILLAGE)
    account = make_account("someone")
    give(account, role, COUNTY)
    actor = actor_of(str(account.pk))
    assert seen(actor) == set()
    business = {"case.", "person.", "place.", "org.", "playbook.", "grid."}
    assert not {p for p in actor.permissions if any(p.startswith(b) for b in business)}


def test_each_has_one_desk_and_not_the_others(cast):
    desks = {
        "system_admin": reverse("desk:accounts"),
        "security_officer": reverse("desk:grants"),
        "auditor": reverse("desk:journal"),
    }
    for who in THREE:
        for owner, address in desks.items():
            status = getattr(cast, who).client.get(address).status_code
            assert status == (200 if who == owner else 403), (who, address)


def test_no_administrator_becomes_another_by_resetting_them(cast):
    admin = cast.system_admin
    for who in ("security_officer", "auditor"):
        account = getattr(cast, who).account
        refused("AC016", reset_password, actor=admin.actor, account=account)
        refused("AC016", link_identity, actor=admin.actor, account=account, subject="mine")
        answer = admin.client.post(reverse("desk:account", args=[account.pk]), {"do": "reset"})
        assert answer.status_code == 403
        assert f"zhijin account reset {account.username}" in answer.content.decode()
    assert reset_password(actor=SYSTEM, account=cast.auditor.account)


def test_nobody_grants_or_stops_themselves(cast):
    officer, admin = cast.security_officer, cast.system_admin
    refused("AC008", grant_role, actor=officer.actor, account=officer.account, role="auditor",
            place_code="")  # fmt: skip
    own = officer.account.grants.get()
    refused("AC008", revoke, actor=officer.actor, grant=own)
    refused("AC008", set_active, actor=admin.actor, account=admin.account, active=False)


def test_without_the_permission_no_service_moves(cast):
    worker = cast.grid_worker.actor
    account = cast.branch_secretary.account
    refused("CO403", create_account, actor=worker, username="xx", name="x", password=None)
    refused("CO403", grant_role, actor=cast.system_admin.actor, account=account,
            role="auditor", place_code="")  # fmt: skip
    refused("CO403", reset_password, actor=cast.security_officer.actor, account=account)
    refused("CO403", issue_key, actor=cast.security_officer.actor,
            account=cast.api_client.account, label="x", ends_at=None)  # fmt: skip


# -- grants ---------------------------------------------------------------------------------


def test_the_security_officer_gives_and_ends_a_grant_from_the_page(cast):
    account = make_account("newcomer", name="新来的")
    page = reverse("desk:account-grants", args=[account.pk])
    officer = cast.security_officer.client
    form = {"do": "give", "role": "department_officer", "place": COUNTY, "line": "101",
            "until": "2999-12-31"}  # fmt: skip
    assert officer.post(page, form).status_code == 302
    given = account.grants.get()
    assert (given.line_lo // 10**12, given.granted_by) == (101, cast.security_officer.actor.label)
    assert clock.local(given.valid_to).isoformat().startswith("2999-12-31T23:59:59")
    assert "县直部门工作人员" in officer.get(page).content.decode()
    assert officer.post(page, {"do": "revoke", "grant": str(given.pk)}).status_code == 302
    assert not current_grants().filter(account=account).exists()
    assert RoleGrant.objects.filter(pk=given.pk).exists(), "ended, but on record"
    told = JournalEntry.objects.filter(object=f"account:{account.pk}", action__startswith="grant.")
    assert list(told.order_by("id").values_list("action", flat=True)) == [
        "grant.give",
        "grant.revoke",
    ]


def test_a_grant_is_given_over_a_place_by_its_name(cast):
    """Nobody has to know a code; two places of one name are told apart by what lies above them."""
    twin = "530602105208"
    for code, name in ((VILLAGE, "大耆老村村民委员会"), (twin, "沙坝村村民委员会"),
                       (OTHER_VILLAGE, "沙坝村村民委员会")):  # fmt: skip
        plant(code, name)
    account = make_account("newcomer", name="新来的")
    page = reverse("desk:account-grants", args=[account.pk])
    client = cast.security_officer.client
    form = {"do": "give", "role": "village_secretary", "place": "大耆老"}
    assert client.post(page, form).status_code == 302
    assert account.grants.get().place_code == VILLAGE
    two = client.post(page, form | {"place": "沙坝村"})
    assert two.status_code == 400
    shown = two.content.decode()
    assert f'value="{twin}"' in shown
    assert f'value="{OTHER_VILLAGE}"' in shown
    assert account.grants.count() == 1
    chosen = {"place": "沙坝村", "place.was": "沙坝村", "place.code": OTHER_VILLAGE}
    assert client.post(page, form | chosen).status_code == 302
    assert set(account.grants.values_list("place_code", flat=True)) == {VILLAGE, OTHER_VILLAGE}
    assert client.post(page, form | {"place": "没有这个地方"}).status_code == 400
    assert cast.county_officer.account.grants.exists()
    listed = client.get(reverse("desk:grants"), {"place": "大耆老"}).context["rows"]
    assert [held.account for held in listed] == [account]
    offered = client.get("/desk/places/choices/?field=place&place=沙坝&permission=grant.manage")
    assert twin in offered.content.decode()
    # The permission is asked for where it is used: what one does not hold, finds nothing.
    none = client.get("/desk/places/choices/?field=place&place=沙坝&permission=case.view")
    assert twin not in none.content.decode()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"role": "no_such", "place": VILLAGE}, 400), ({"role": "grid_worker", "place": ""}, 400),
        ({"role": "grid_worker", "place": "12a"}, 400), ({"role": "", "place": VILLAGE}, 400),
        ({"role": "grid_worker", "place": GRID, "line": "x"}, 400),
        ({"role": "grid_worker", "place": GRID, "until": "2001-01-01"}, 400),
        ({"role": "grid_worker", "place": GRID, "until": "soon"}, 400),
        ({"do": "revoke", "grant": "x"}, 400),
        ({"do": "revoke", "grant": "0199aaaa-0000-7000-8000-000000000000"}, 404),
    ],
)  # fmt: skip
def test_a_grant_that_makes_no_sense_is_refused(cast, form, status):
    account = make_account("newcomer")
    page = reverse("desk:account-grants", args=[account.pk])
    assert cast.security_officer.client.post(page, {"do": "give", **form}).status_code == status
    assert not account.grants.exists()


def test_a_grant_counts_from_the_next_request_on(cast):
    member = cast.grid_worker
    page = reverse("desk:journal")
    assert member.client.get(page).status_code == 403
    revoke(actor=SYSTEM, grant=member.account.grants.get())
    assert member.actor.permissions == frozenset()
    give(member.account, "auditor", "")
    assert member.client.get(page).status_code == 200


def test_a_grant_ends_with_its_term(cast):
    account = make_account("for-a-while")
    grant_role(
        actor=SYSTEM, account=account, role="grid_worker", place_code=GRID,
        valid_to=clock_wall() + timedelta(days=30),
    )  # fmt: skip
    assert actor_of(str(account.pk)).can("case.act")
    with clock.freeze(clock.now() + timedelta(days=31)):
        assert not actor_of(str(account.pk)).can("case.act")


def test_an_appointment_that_ends_takes_its_grants_along():
    account = make_account("appointee")
    for code in (GRID, VILLAGE):
        give(account, "grid_worker", code, source="appointment:7")
    give(account, "neighbour_leader", GRID)
    assert revoke_source(actor=SYSTEM, source="appointment:7") == 2
    assert [g.role for g in current_grants().filter(account=account)] == ["neighbour_leader"]


def test_holders_are_found_nearest_first(cast):
    officer, leader = cast.county_officer.account, cast.grid_leader.account
    wide = make_account("wide")
    give(wide, "grid_leader", VILLAGE)
    assert holders("grid_leader", GRID) == [leader, wide]
    assert holders("grid_leader", VILLAGE) == [wide]
    assert holders("county_officer", GRID) == [officer]
    set_active(actor=SYSTEM, account=wide, active=False)
    assert holders("grid_leader", VILLAGE) == []


# -- a new way into an account ---------------------------------------------------------------


def sign_in(account, password):
    form = {"username": account.username, "password": password}
    return Client().post(reverse("portal:sign-in"), form)


def test_who_resets_a_password_does_not_get_what_others_granted(cast):
    account = cast.township_officer.account
    password = reset_password(actor=cast.system_admin.actor, account=account)
    refusal = sign_in(account, password)
    assert refusal.status_code == 403
    assert "还没有经安全管理员确认" in refusal.content.decode()
    assert not SignIn.objects.filter(account=account).exists()


def test_the_security_officer_lets_the_person_in_again(cast):
    account = cast.township_officer.account
    password = reset_password(actor=cast.system_admin.actor, account=account)
    officer = cast.security_officer.client
    assert account.name in officer.get(reverse("desk:grants")).content.decode()
    page = reverse("desk:account-grants", args=[account.pk])
    assert 'value="confirm"' in officer.get(page).content.decode()
    assert officer.post(page, {"do": "confirm"})["Location"] == page
    assert 'value="confirm"' not in officer.get(page).content.decode()
    assert sign_in(account, password)["Location"] == reverse("desk:password")
    said = JournalEntry.objects.get(action="account.confirmed")
    assert (said.actor, said.object) == (cast.security_officer.actor.label, f"account:{account.pk}")


def test_who_holds_an_account_cannot_let_it_in(cast):
    account = cast.township_officer.account
    reset_password(actor=cast.system_admin.actor, account=account)
    for who in (cast.system_admin, cast.auditor, cast.county_officer):
        refused("CO403", confirm_way_in, actor=who.actor, account=account)
    refused("AC008", confirm_way_in, actor=cast.security_officer.actor,
            account=cast.security_officer.account)  # fmt: skip
    account.refresh_from_db()
    assert account.held_at is not None


def test_another_identity_waits_like_another_password(cast):
    account = cast.grid_worker.account
    link_identity(actor=cast.system_admin.actor, account=account, subject="mine")
    assert "还没有经安全管理员确认" in sign_in(account, PASSWORD).content.decode()
    link_identity(actor=cast.system_admin.actor, account=account, subject="")
    account.refresh_from_db()
    assert account.held_at is not None, "taking it back does not end the question"


def test_confirming_what_is_not_held_leaves_no_trace(cast):
    confirm_way_in(actor=cast.security_officer.actor, account=cast.grid_worker.account)
    assert not JournalEntry.objects.filter(action="account.confirmed").exists()


def test_on_the_server_two_people_are_present_and_nobody_waits(cast):
    account = cast.township_officer.account
    password = reset_password(actor=SYSTEM, account=account)
    assert sign_in(account, password)["Location"] == reverse("desk:password")


def test_a_new_key_opens_nothing_until_the_security_officer_confirms(cast):
    """Whoever issues a key knows it, and must not by that alone get what others granted."""
    account = make_account("city-platform", is_program=True)
    give(account, "auditor", "")
    old = issue_key(actor=SYSTEM, account=account, label="in use", ends_at=None)
    key = issue_key(actor=cast.system_admin.actor, account=account, label="市平台", ends_at=None)
    page = reverse("desk:journal")
    refusal = bearer(key).get(page, headers={"Accept": "application/json"})
    assert (refusal.status_code, refusal.json()["error"]["id"]) == (401, "AC009")
    assert bearer(old).get(page).status_code == 200, "keys in use work on"
    waiting = cast.system_admin.client.get(reverse("desk:account", args=[account.pk]))
    assert waiting.content.decode().count("等安全管理员确认") == 1
    officer, grants = (
        cast.security_officer.client,
        reverse("desk:account-grants", args=[account.pk]),
    )
    assert "市平台" in officer.get(reverse("desk:grants")).content.decode()
    form = {"do": "confirm-key", "hint": key[-4:]}
    assert officer.post(grants, form)["Location"] == grants
    assert bearer(key).get(page).status_code == 200
    assert "confirm-key" not in officer.get(grants).content.decode()
    officer.post(grants, form)
    said = JournalEntry.objects.get(action="key.confirmed")
    assert (said.actor, said.object) == (cast.security_officer.actor.label, f"account:{account.pk}")


def test_nobody_but_the_security_officer_confirms_a_key(cast):
    account = make_account("province", is_program=True)
    key = issue_key(actor=cast.system_admin.actor, account=account, label="x", ends_at=None)
    for who in (cast.system_admin, cast.auditor, cast.county_officer):
        refused("CO403", confirm_key, actor=who.actor, account=account, hint=key[-4:])
    assert account.keys.get().held_at is not None, "also where nothing is granted yet"


def test_a_held_key_that_ended_asks_for_nothing(cast):
    account = make_account("ended", is_program=True)
    key = issue_key(actor=cast.system_admin.actor, account=account, label="错发", ends_at=None)
    end_key(actor=cast.system_admin.actor, account=account, hint=key[-4:])
    assert "错发" not in cast.security_officer.client.get(reverse("desk:grants")).content.decode()


# -- accounts -------------------------------------------------------------------------------


def test_a_new_account_goes_from_the_page_to_its_first_sign_in(cast):
    admin = cast.system_admin.client
    form = {"username": "xin.lai@zt", "name": "新来的"}
    answer = admin.post(reverse("desk:accounts"), form)
    account = Account.objects.get(username="xin.lai@zt")
    page = reverse("desk:account", args=[account.pk])
    assert answer["Location"] == page
    text = admin.post(page, {"do": "reset"}).content.decode()
    password = text.split('class="receipt-code">')[1].split("<")[0]
    assert password not in admin.get(page).content.decode(), "shown once"
    entered = Client().post(
        reverse("portal:sign-in"), {"username": account.username, "password": password}
    )
    assert entered["Location"] == reverse("desk:password")


@pytest.mark.parametrize("username", ["", "a", "a b", "<b>", "x" * 65, "a\nb"])
def test_usernames_that_nobody_could_type_are_refused(username):
    refused("AC015", create_account, actor=SYSTEM, username=username, name="x", password=None)


def test_a_username_is_given_once():
    make_account("taken")
    refused("AC005", create_account, actor=SYSTEM, username="taken", name="x", password=None)
    assert Account.objects.count() == 1, "the transaction goes on"


def test_a_stopped_account_is_out_at_once(cast):
    member = cast.grid_worker
    assert member.client.get(reverse("desk:me")).status_code == 200
    page = reverse("desk:account", args=[member.account.pk])
    assert cast.system_admin.client.post(page, {"do": "stop"}).status_code == 200
    assert member.client.get(reverse("desk:me")).status_code == 302
    assert cast.system_admin.client.post(page, {"do": "nonsense"}).status_code == 400


# -- keys -----------------------------------------------------------------------------------


def bearer(key: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}"})


def test_a_key_opens_what_its_account_may_and_ends(cast):
    account = make_account("programs", is_program=True)
    give(account, "auditor", "")
    ends = clock_wall() + timedelta(days=30)
    key = issue_key(actor=SYSTEM, account=account, label="test", ends_at=ends)
    page = reverse("desk:journal")
    assert bearer(key).get(page).status_code == 200
    assert JournalEntry.objects.filter(actor=f"api:{account.pk}", action="journal.read").exists()
    assert key.encode() not in b"".join(bytes(k.digest) for k in ApiKey.objects.all())
    with clock.freeze(clock.now() + timedelta(days=31)):
        assert bearer(key).get(page).status_code == 401
    end_key(actor=SYSTEM, account=account, hint=key[-4:])
    assert bearer(key).get(page).status_code == 401


def test_a_wrong_key_is_told_as_such_even_on_public_pages():
    answer = bearer("zk_wrong").get(
        reverse("portal:sign-in"), headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["id"]) == (401, "AC009")


def test_a_key_and_a_cookie_do_not_mix(cast):
    client = cast.auditor.client
    answer = client.get(reverse("desk:journal"), headers={"Authorization": "Bearer zk_wrong"})
    assert answer.status_code == 401


def test_only_a_program_has_keys(cast):
    refused(
        "AC019", issue_key, actor=SYSTEM, account=cast.grid_worker.account, label="x", ends_at=None
    )


def test_keys_are_issued_shown_once_and_ended_from_the_page(cast):
    account = make_account("other-system", is_program=True)
    page = reverse("desk:account", args=[account.pk])
    admin = cast.system_admin.client
    text = admin.post(page, {"do": "key", "label": "市平台", "days": "90"}).content.decode()
    key = "zk_" + text.split('class="code">zk_')[1].split("<")[0]
    assert "市平台" in text
    assert key not in admin.get(page).content.decode()
    held = account.keys.get()
    assert abs(held.ends_at - clock_wall() - timedelta(days=90)) < timedelta(minutes=1)
    admin.post(page, {"do": "end-key", "hint": key[-4:]})
    assert account.keys.get().ends_at <= clock_wall()
