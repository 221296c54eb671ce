"""The pages of access as their readers see them: in both languages, with what they need and no more."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import VILLAGE, give, make_account
from zhijin.access.demo import DEMO_PASSWORD
from zhijin.access.services import create_account, grant_role
from zhijin.core.actor import Actor

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[一-鿿]+")


def pages(cast):
    """Every page of access with somebody who may see it."""
    other = cast.branch_secretary.account
    return [
        (cast.resident, reverse("portal:sign-in")),
        (cast.grid_worker, reverse("desk:me")),
        (cast.grid_worker, reverse("desk:password")),
        (cast.grid_worker, reverse("desk:second-factor")),
        (cast.system_admin, reverse("desk:accounts")),
        (cast.system_admin, reverse("desk:account", args=[other.pk])),
        (cast.system_admin, reverse("desk:account", args=[cast.api_client.account.pk])),
        (cast.system_admin, reverse("desk:account", args=[cast.auditor.account.pk])),
        (cast.security_officer, reverse("desk:grants") + "?q=李"),
        (cast.security_officer, reverse("desk:account-grants", args=[other.pk])),
        (cast.auditor, reverse("desk:journal") + "?verify=1&actor=李春禾"),
    ]


def test_every_page_opens_without_inline_code(cast):
    for member, address in pages(cast):
        response = member.client.get(address)
        text = response.content.decode()
        assert response.status_code == 200, (member.key, address)
        assert "<h1" in text, address
        assert not re.search(r'\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc=)', text), address


def test_every_form_field_has_a_label(cast):
    for member, address in pages(cast):
        text = member.client.get(address).content.decode()
        named = set(re.findall(r'<label[^>]* for="([^"]+)"', text))
        for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", text):
            kind = re.search(r'type="([^"]+)"', tag)
            if kind and kind[1] in {"hidden", "checkbox"}:
                continue
            assert re.search(r' id="([^"]+)"', tag)[1] in named, (address, tag)


def test_the_sign_in_page_of_a_real_installation_names_nobody(client, settings):
    settings.ZHIJIN_DEMO = False
    simulated("小满", "grid_worker")
    assert "小满" not in client.get(reverse("portal:sign-in")).content.decode()


def simulated(name, role):
    account = create_account(
        actor=Actor.system("demo"), username=f"{role}-{name}", name=name, password=DEMO_PASSWORD,
        simulated=True, must_change_password=False,
    )  # fmt: skip
    grant_role(actor=Actor.system("demo"), account=account, role=role, place_code=VILLAGE)
    return account


def test_a_demonstration_offers_its_accounts_and_fills_one_in(client, settings):
    settings.ZHIJIN_DEMO = True
    for name in ("甲", "乙", "丙"):
        simulated(name, "village_staff")
    worker = simulated("小满", "grid_worker")
    text = client.get(reverse("portal:sign-in")).content.decode()
    assert "小满" in text
    assert "网格员" in text
    assert VILLAGE in text
    assert text.count(">村（社区）干部<") == 2, "a few of each role are enough"
    assert DEMO_PASSWORD not in text
    filled = client.get(reverse("portal:sign-in"), {"as": worker.username}).content.decode()
    assert f'value="{worker.username}"' in filled
    assert f'value="{DEMO_PASSWORD}"' in filled
    answer = client.post(
        reverse("portal:sign-in"), {"username": worker.username, "password": DEMO_PASSWORD}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/field/")


def test_a_demonstration_begins_with_those_who_work_with_each_other(client, settings):
    settings.ZHIJIN_DEMO = True
    far = create_account(
        actor=Actor.system("demo"), username="a-far", name="远方", password=DEMO_PASSWORD, simulated=True,
        must_change_password=False,
    )  # fmt: skip
    grant_role(
        actor=Actor.system("demo"), account=far, role="village_secretary", place_code="520115007005"
    )
    simulated("近处", "village_secretary")
    simulated("小满", "grid_worker")
    simulated("甲", "village_staff")
    text = client.get(reverse("portal:sign-in")).content.decode()
    first, _more, rest = text.partition("<details")
    assert ["近处" in first, "小满" in first, "远方" in first, "甲" in first] == [
        True,
        True,
        False,
        False,
    ]
    assert ["近处" in rest, "远方" in rest, "甲" in rest] == [False, True, True]


def test_a_demonstration_fills_in_nobody_real(client, settings):
    settings.ZHIJIN_DEMO = True
    real = make_account("real-person")
    give(real, "grid_worker", VILLAGE)
    filled = client.get(reverse("portal:sign-in"), {"as": real.username}).content.decode()
    assert 'value="real-person"' not in filled
    assert DEMO_PASSWORD not in filled


def test_one_sees_ones_own_roles_in_ones_language(cast):
    page = reverse("desk:me")
    assert "村（社区）党组织书记" in cast.branch_secretary.client.get(page).content.decode()
    english = cast.branch_secretary.client.get(page, headers={"Accept-Language": "en"})
    assert "Village Party secretary" in english.content.decode()


def test_pages_of_signed_in_people_are_not_kept_by_caches(cast):
    assert "no-store" in cast.auditor.client.get(reverse("desk:journal"))["Cache-Control"]


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\x.y"])
def test_signing_in_never_leads_elsewhere(cast, target):
    username = cast.branch_secretary.account.username
    form = {"username": username, "password": "five-looms-9", "next": target}
    answer = Client().post(reverse("portal:sign-in"), form)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("grid_worker", "/field/"), ("branch_secretary", "/desk/"), ("outsider", "/desk/"),
        ("system_admin", "/desk/admin/accounts/"), ("security_officer", "/desk/admin/grants/"),
        ("auditor", "/desk/admin/journal/"),
    ],
)  # fmt: skip
def test_everybody_begins_where_their_work_is(cast, who, home):
    username = getattr(cast, who).account.username
    form = {"username": username, "password": "five-looms-9"}
    assert Client().post(reverse("portal:sign-in"), form)["Location"] == home


def test_who_has_no_role_yet_begins_at_their_own_account():
    make_account("newcomer")
    form = {"username": "newcomer", "password": "five-looms-9"}
    assert Client().post(reverse("portal:sign-in"), form)["Location"] == reverse("desk:me")
