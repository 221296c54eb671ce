"""Signing in: passwords, lockout, second factor, idle sign-out, the password that must be changed first."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, make_account
from zhijin.access import sign_ins
from zhijin.access.middleware import COOKIE
from zhijin.access.models import Account, SignIn
from zhijin.access.selectors import clock_wall, visitor_by_session
from zhijin.access.services import reset_password
from zhijin.core import clock, crypto
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def attempt(account: Account | str, password: str = PASSWORD, code: str = "") -> str:
    """The id of the refusal, or "in"."""
    name = account if isinstance(account, str) else account.username
    try:
        sign_ins.sign_in(username=name, password=password, code=code, agent="tests")
    except Refusal as refusal:
        return refusal.id
    return "in"


@pytest.fixture
def account():
    return make_account("chunhe", name="李春禾")


def with_phone(account: Account) -> pyotp.TOTP:
    account.totp = crypto.seal("account.totp", SECRET)
    account.save(update_fields=["totp"])
    return pyotp.TOTP(SECRET)


# -- passwords and lockout ------------------------------------------------------------------


def test_the_right_password_opens_and_a_wrong_one_does_not(account):
    assert attempt(account) == "in"
    assert attempt(account, "five-looms-8") == "AC001"
    assert attempt("nobody-here") == "AC001"


def test_a_stopped_account_and_a_program_cannot_sign_in(account):
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert attempt(account) == "AC001"
    program = make_account("program", is_program=True)
    assert attempt(program) == "AC001"


def test_five_failures_lock_for_a_quarter_of_an_hour(account):
    began = clock.now()
    with clock.freeze(began):
        assert [attempt(account, "x") for _ in range(5)] == ["AC001"] * 5
        assert attempt(account) == "AC002", "even with the right password"
    with clock.freeze(began + timedelta(minutes=14)):
        assert attempt(account) == "AC002"
    with clock.freeze(began + timedelta(minutes=15, seconds=1)):
        assert attempt(account) == "in"
    told = list(JournalEntry.objects.order_by("id").values_list("action", flat=True))
    assert told.count("sign_in.refused") == 4
    assert told.count("sign_in.locked") == 1


def test_a_success_forgets_earlier_failures(account):
    for _ in range(4):
        attempt(account, "x")
    assert attempt(account) == "in"
    for _ in range(4):
        assert attempt(account, "x") == "AC001"
    assert attempt(account) == "in"


def test_an_unknown_name_is_locked_just_the_same():
    assert [attempt("nobody", "x") for _ in range(6)] == ["AC001"] * 5 + ["AC002"]


def test_the_lock_does_not_tell_which_names_exist(account):
    """The same minutes at every moment of the clock; a window of the clock's would end earlier."""
    told = []
    for name in (account.username, "nobody"):
        for _ in range(5):
            attempt(name, "x")
        with pytest.raises(Refusal) as refusal:
            sign_ins.sign_in(username=name, password="x", code="", agent="")
        told.append((refusal.value.id, refusal.value.params["minutes"]))
    assert told == [("AC002", 15)] * 2


def test_a_new_sign_in_ends_the_one_the_browser_had(client, account):
    form = {"username": account.username, "password": PASSWORD}
    client.get(reverse("portal:sign-in"))
    assert client.post(reverse("portal:sign-in"), form).status_code == 302
    before = client.cookies[COOKIE].value
    assert client.post(reverse("portal:sign-in"), form).status_code == 302
    assert client.cookies[COOKIE].value != before
    assert SignIn.objects.count() == 1
    assert visitor_by_session(before, timedelta(hours=1)) is None


def test_failures_stay_counted_through_the_page(client, account):
    form = {"username": account.username, "password": "wrong"}
    answers = [client.post(reverse("portal:sign-in"), form).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    account.refresh_from_db()
    assert account.locked_until > clock_wall()


# -- second factor --------------------------------------------------------------------------


def test_with_a_phone_the_password_is_not_enough(account):
    totp = with_phone(account)
    assert attempt(account) == "AC003"
    assert attempt(account, code="000000") == "AC001"
    assert attempt(account, "wrong", code=totp.at(clock_wall())) == "AC001"
    assert attempt(account, code=totp.at(clock_wall())) == "in"


def test_a_code_works_once(account):
    totp, present = with_phone(account), clock.now()
    with clock.freeze(present):
        code = totp.at(present)
        assert attempt(account, code=code) == "in"
        assert attempt(account, code=code) == "AC001", "overheard and replayed"
        assert attempt(account, code=totp.at(present - timedelta(seconds=30))) == "AC001"
    with clock.freeze(present + timedelta(seconds=30)):
        assert attempt(account, code=totp.at(clock.now())) == "in"


def test_a_phone_may_be_half_a_minute_off_but_not_more(account):
    totp, present = with_phone(account), clock.now()
    with clock.freeze(present):
        assert attempt(account, code=totp.at(present - timedelta(seconds=60))) == "AC001"
        assert attempt(account, code=totp.at(present - timedelta(seconds=30))) == "in"


def test_codes_cannot_be_guessed_without_end(account):
    with_phone(account)
    tried = [attempt(account, code=f"{n:06}") for n in range(6)]
    assert tried[-1] == "AC002"


def test_enrolling_needs_the_phone_to_prove_itself(cast):
    client, page = cast.branch_secretary.client, reverse("desk:second-factor")
    text = client.get(page).content.decode()
    secret = re.search(r'class="code">([A-Z2-7 ]+)<', text)[1].replace(" ", "")
    sealed = re.search(r'name="sealed" value="([0-9a-f]+)"', text)[1]
    assert client.post(page, {"sealed": sealed, "code": "000000"}).status_code == 400
    code = pyotp.TOTP(secret).at(clock_wall())
    form = {"sealed": sealed, "code": code}
    for wrong in ({}, {"password": "found-a-browser"}):
        assert client.post(page, form | wrong).status_code == 401, "a browser left signed in"
    assert not Account.objects.get(pk=cast.branch_secretary.account.pk).totp
    assert client.post(page, form | {"password": PASSWORD}).status_code == 302
    account = Account.objects.get(pk=cast.branch_secretary.account.pk)
    assert crypto.unseal("account.totp", account.totp) == secret
    assert secret.encode() not in bytes(account.totp)
    assert attempt(account, code=code) == "AC001", "the enrolling code is used up"


def test_a_secret_sealed_for_another_person_is_refused(cast):
    page = reverse("desk:second-factor")
    text = cast.grid_worker.client.get(page).content.decode()
    sealed = re.search(r'name="sealed" value="([0-9a-f]+)"', text)[1]
    secret = re.search(r'class="code">([A-Z2-7 ]+)<', text)[1].replace(" ", "")
    form = {"sealed": sealed, "code": pyotp.TOTP(secret).at(clock_wall())}
    assert cast.branch_secretary.client.post(page, form).status_code == 400
    form["sealed"] = "00ff"
    assert cast.branch_secretary.client.post(page, form).status_code == 400


# -- sign-ins -------------------------------------------------------------------------------


def test_the_table_holds_no_token(account):
    token = sign_ins.open_session(account, "tests")
    held = bytes(SignIn.objects.get().token)
    assert token.encode() not in held
    assert visitor_by_session(token, timedelta(hours=1)).username == "chunhe"


def test_an_idle_sign_in_ends(cast, settings):
    settings.ZHIJIN_IDLE_MINUTES = 30
    client, page = cast.grid_worker.client, reverse("desk:me")
    began = clock.now()
    for minutes, status in [(0, 200), (29, 200), (57, 200), (88, 302)]:
        with clock.freeze(began + timedelta(minutes=minutes)):
            assert client.get(page).status_code == status, f"after {minutes} minutes"


def test_a_sign_in_ends_after_its_hours_however_busy(cast, settings):
    client, page = cast.grid_worker.client, reverse("desk:me")
    began = clock.now()
    for quarter in range(1, 4 * settings.ZHIJIN_SIGN_IN_HOURS):
        with clock.freeze(began + timedelta(minutes=15 * quarter)):
            assert client.get(page).status_code == 200
    with clock.freeze(began + timedelta(hours=settings.ZHIJIN_SIGN_IN_HOURS, seconds=1)):
        assert client.get(page).status_code == 302


def test_signing_out_ends_it_on_the_server(cast):
    member = cast.grid_worker
    assert member.client.post(reverse("portal:sign-out")).status_code == 302
    again = Client()
    again.cookies[COOKIE] = member.token
    assert again.get(reverse("desk:me")).status_code == 302


def test_ended_sign_ins_are_cleared_out(account, settings):
    sign_ins.open_session(account, "tests")
    assert sign_ins.purge_sign_ins() == 0
    with clock.freeze(clock.now() + timedelta(minutes=settings.ZHIJIN_IDLE_MINUTES + 1)):
        assert sign_ins.purge_sign_ins() == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, account, settings):
    settings.ZHIJIN_ORIGIN = "https://zhijin.example"
    form = {"username": account.username, "password": PASSWORD}
    morsel = client.post(reverse("portal:sign-in"), form).cookies[COOKIE]
    assert morsel["httponly"]
    assert morsel["secure"]
    assert morsel["samesite"] == "Lax"


# -- the password that must be changed ------------------------------------------------------


@pytest.fixture
def newcomer(cast):
    """A grid worker who has just been given a password."""
    member = cast.grid_worker
    given = reset_password(actor=Actor.system("test"), account=member.account)
    client = Client()
    form = {"username": member.account.username, "password": given, "next": reverse("desk:me")}
    answer = client.post(reverse("portal:sign-in"), form)
    assert answer["Location"] == reverse("desk:password")
    return client, given


def test_nothing_opens_before_the_given_password_is_changed(newcomer):
    client, given = newcomer
    for name in ("desk:me", "desk:second-factor"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer["Location"]) == (302, reverse("desk:password"))
    page = client.get(reverse("desk:password"))
    assert "请先换成自己的密码" in page.content.decode()
    form = {"old": given, "new": "蓝靛 织机 three 9", "again": "蓝靛 织机 three 9"}
    assert client.post(reverse("desk:password"), form).status_code == 302
    assert attempt("grid_worker", "蓝靛 织机 three 9") == "in"
    assert attempt("grid_worker", given) == "AC001"


@pytest.mark.parametrize(
    "change",
    [
        {"old": "wrong"}, {"new": "short"}, {"new": "1234567890123"}, {"new": "password1234"},
        {"again": "other"}, {"new": None},
    ],
)  # fmt: skip
def test_bad_new_passwords_are_refused_and_change_nothing(newcomer, change):
    client, given = newcomer
    form = {"old": given, "new": "蓝靛 织机 three 9", **change}
    if form["new"] is None:
        form["new"] = given
    form.setdefault("again", form["new"])
    answer = client.post(reverse("desk:password"), form)
    assert answer.status_code in {400, 401}
    assert "AC0" not in answer.content.decode().split("<main")[0]
    assert attempt("grid_worker", given) == "in"


def test_changing_the_password_ends_every_other_sign_in(cast):
    member = cast.grid_worker
    elsewhere = sign_ins.open_session(member.account, "another phone")
    sign_ins.change_password(actor=member.actor, old=PASSWORD, new="seven-spindles-4")
    for token in (member.token, elsewhere):
        assert visitor_by_session(token, timedelta(hours=1)) is None
