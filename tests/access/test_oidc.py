"""Sign-in through a real provider that checks what it is sent, and through ones that lie."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.test import Client
from django.urls import reverse
from joserfc.jwk import OctKey, RSAKey

from tests.cast import make_account
from tests.support import oidc_provider
from zhijin.access import oidc
from zhijin.access.middleware import COOKIE
from zhijin.access.models import Account
from zhijin.access.services import link_identity
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal

pytestmark = pytest.mark.django_db
START, BACK = "/login/oidc/", "/login/oidc/back/"


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args, **_more):
        return None


@pytest.fixture
def provider(settings):
    oidc.forget()
    with oidc_provider.running() as running:
        settings.ZHIJIN_OIDC = {
            "issuer": running.issuer,
            "client_id": oidc_provider.CLIENT,
            "client_secret": oidc_provider.SECRET,
        }
        yield running
    oidc.forget()


@pytest.fixture
def account(db):
    made = make_account("chunhe", name="李春禾")
    link_identity(actor=Actor.system("test"), account=made, subject="person-7")
    return made


def go_to_provider(browser: Client) -> str:
    """Start, let the provider ask and agree; the address it sends the browser back to."""
    started = browser.get(START)
    assert started.status_code == 302
    try:
        build_opener(_Stay).open(started["Location"])
    except OSError as answer:
        sent = answer.headers["Location"]
        answer.close()
        return sent
    raise AssertionError("the provider did not send the browser back")


def come_back(browser: Client, address: str):
    parts = urlsplit(address)
    assert parts.path == BACK
    return browser.get(f"{parts.path}?{parts.query}", headers={"Accept": "application/json"})


def outcome(browser: Client) -> str:
    """The id of the refusal, or "in"."""
    answer = come_back(browser, go_to_provider(browser))
    if answer.status_code == 302:
        assert browser.get(reverse("desk:me")).status_code == 200
        return "in"
    assert COOKIE not in answer.cookies
    return answer.json()["error"]["id"]


def test_the_whole_way_in(provider, account):
    browser = Client()
    assert "统一身份" in browser.get(reverse("portal:sign-in")).content.decode()
    assert outcome(browser) == "in"
    assert provider.asked == ["/.well-known/openid-configuration", "/keys", "/authorize", "/token"]
    assert "李春禾" in browser.get(reverse("desk:me")).content.decode()


def test_what_is_sent_along_is_new_each_time_and_the_verifier_stays_here(provider, account):
    seen = []
    for _ in range(2):
        location = Client().get(START)["Location"]
        seen.append({k: v[0] for k, v in parse_qs(urlsplit(location).query).items()})
    for name in ("state", "nonce", "code_challenge"):
        assert seen[0][name] != seen[1][name]
        assert len(seen[0][name]) >= 43
    assert "verifier" not in str(seen)


def test_nobody_without_an_account_gets_in(provider, account):
    provider.subject = "somebody-else"
    assert outcome(Client()) == "AC012"
    provider.subject = "person-7"
    Account.objects.update(is_active=False)
    assert outcome(Client()) == "AC012"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another-client"}, {"aud": None},
        {"iss": "https://elsewhere.example"}, {"exp": int(time.time()) - 3600}, {"exp": None},
        {"sub": None}, {"iat": int(time.time()) + 86_400},
    ],
)  # fmt: skip
def test_a_token_that_is_not_for_us_now_is_refused(provider, account, claims):
    provider.claims = claims
    assert outcome(Client()) == "AC014"


def test_a_token_signed_by_another_key_is_refused(provider, account):
    provider.signing = RSAKey.generate_key(2048, {"kid": "k1"})
    assert outcome(Client()) == "AC014"


@pytest.mark.parametrize("algorithm", ["HS256"])
def test_a_token_signed_with_a_shared_secret_is_refused(provider, account, algorithm):
    provider.algorithm = algorithm
    provider.signing = OctKey.import_key("a-secret-that-is-long-enough-for-hmac-sha-256")
    assert outcome(Client()) == "AC014"


def test_new_keys_of_the_provider_are_fetched_within_the_hour(provider, account):
    assert outcome(Client()) == "in"
    provider.key = RSAKey.generate_key(2048, {"kid": "k2"})
    assert outcome(Client()) == "in"


def test_another_browsers_answer_is_refused(provider, account):
    mine, theirs = Client(), Client()
    address = go_to_provider(theirs)
    assert come_back(mine, address).json()["error"]["id"] == "AC014", "no cookie"
    go_to_provider(mine)
    assert come_back(mine, address).json()["error"]["id"] == "AC014", "another state"


def test_a_code_works_once(provider, account):
    browser = Client()
    address = go_to_provider(browser)
    cookie = browser.cookies[oidc.COOKIE].value
    assert come_back(browser, address).status_code == 302
    again = Client()
    again.cookies[oidc.COOKIE] = cookie
    assert come_back(again, address).json()["error"]["id"] == "AC014"


def test_the_provider_holds_us_to_pkce(provider, account, monkeypatch):
    real = oidc._token_request
    monkeypatch.setattr(oidc, "_token_request", lambda p, code, _v: real(p, code, "x" * 64))
    assert outcome(Client()) == "AC014"


@pytest.mark.parametrize("part", [".well-known", "keys"])
def test_a_provider_that_is_down_is_told_as_such(provider, account, part):
    provider.broken = {part}
    answer = Client().get(START, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["id"]) == (502, "AC013")


def test_a_provider_that_breaks_in_between_is_refused_cleanly(provider, account):
    provider.broken = {"token"}
    assert outcome(Client()) == "AC014"


def test_a_provider_that_calls_itself_something_else_is_refused(provider, account, settings):
    settings.ZHIJIN_OIDC = {**settings.ZHIJIN_OIDC, "issuer": provider.issuer + "/"}
    assert Client().get(START).status_code == 502


@pytest.mark.parametrize(
    "address",
    ["http://provider.example", "http://127.0.0.1.evil.example/", "file:///etc/passwd", "ftp://x/"],
)
def test_no_address_without_tls_is_ever_called(address):
    with pytest.raises(ValueError, match="not a safe address"):
        oidc._request(address)


def test_without_a_provider_there_is_no_such_page(client, settings):
    settings.ZHIJIN_OIDC = {"issuer": "", "client_id": "", "client_secret": ""}
    assert client.get(START).status_code == 404
    assert client.get(BACK).status_code == 404
    assert "统一身份" not in client.get(reverse("portal:sign-in")).content.decode()


def test_one_identity_belongs_to_one_account(account):
    other = make_account("other")
    with pytest.raises(Refusal) as told:
        link_identity(actor=Actor.system("test"), account=other, subject="person-7")
    assert told.value.id == "AC018"
    link_identity(actor=Actor.system("test"), account=account, subject="")
    link_identity(actor=Actor.system("test"), account=other, subject="person-7")
