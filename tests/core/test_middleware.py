"""Refusals as pages and as JSON, and what stands in every answer."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from zhijin.core import errors, middleware
from zhijin.core.actor import Actor
from zhijin.core.errors import CATALOGUE, Refusal, define

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def test_a_page_that_is_not_there_is_told_as_a_page(client):
    answer = client.get("/desk/nothing-here/")
    text = answer.content.decode()
    assert answer.status_code == 404
    assert "没有找到这一页" in text
    assert "CO404" in text


@pytest.mark.parametrize(("path", "headers"), [("/api/v1/nothing", {}), ("/desk/nothing/", JSON)])
def test_a_program_is_told_as_json(client, path, headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 404
    told = json.loads(answer.content)["error"]
    assert told["id"] == "CO404"
    assert told["help"]
    assert told["fields"] == {}


def test_refusals_speak_the_readers_language(client):
    answer = client.get("/desk/nothing/", headers={**JSON, "Accept-Language": "en"})
    assert json.loads(answer.content)["error"]["message"] == "This page or record was not found."


def test_no_page_lets_foreign_or_inline_code_run(client):
    policy = client.get(reverse("portal:sign-in"))["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


def test_every_answer_carries_the_headers_even_a_refusal(client):
    for answer in (client.get("/desk/nothing/"), client.get(reverse("portal:sign-in"))):
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "geolocation=(self)" in answer["Permissions-Policy"]


def test_a_form_from_another_site_is_refused_with_what_to_do():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("portal:sign-in"), {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "CO419" in answer.content.decode()
    assert "请刷新页面" in answer.content.decode()


def test_the_pages_own_form_passes():
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(reverse("portal:sign-in")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = {"username": "nobody", "password": "x", "csrfmiddlewaretoken": token}
    assert strict.post(reverse("portal:sign-in"), form).status_code == 401


def test_a_body_beyond_the_limit_is_refused_unread(client, settings):
    answer = client.generic(
        "POST", reverse("portal:sign-in"), b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(settings.ZHIJIN_BODY_LIMIT + 1), headers={"Accept-Language": "en"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "60 MB" in answer.content.decode()
    assert "too large" in answer.content.decode(), "in the reader's language"


def test_a_form_field_beyond_its_limit_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    answer = client.post(reverse("portal:sign-in"), {"username": "a" * 2_000_000}, headers=JSON)
    assert answer.status_code == 413
    assert json.loads(answer.content)["error"]["id"] == "CO413"


def test_too_many_fields_are_a_bad_request(client):
    answer = client.post(reverse("portal:sign-in"), {f"f{n}": "" for n in range(600)})
    assert answer.status_code == 400
    assert "CO400" in answer.content.decode()


@pytest.mark.parametrize("nul", ["a\x00b", "\x00"])
def test_a_nul_is_a_bad_request_and_no_fault_of_ours(client, nul):
    answer = client.post(reverse("portal:sign-in"), {"username": nul, "password": "x"})
    assert answer.status_code in {400, 401}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Http404(), "CO404"), (PermissionDenied(), "CO403"), (BadRequest(), "CO400"),
        (RequestDataTooBig(), "CO413"), (TooManyFilesSent(), "CO413"),
        (UnreadablePostError("gone"), "CO400"), (UnicodeDecodeError("utf8", b"", 0, 1, ""), "CO400"),
        (ValueError("A string literal cannot contain NUL (0x00) characters."), "CO400"),
        (DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), "CO400"),
        (OperationalError("server closed the connection"), "CO503"),
        (InterfaceError("connection already closed"), "CO503"),
        (errors.CONFLICT(), "CO409"),
    ],
)  # fmt: skip
def test_what_can_be_foreseen_is_told_by_its_id(error, told):
    assert middleware.foreseen(error).id == told


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), DataError("too long")])
def test_our_own_faults_are_not_blamed_on_the_client(error):
    assert middleware.foreseen(error) is None


def test_the_log_of_a_fault_holds_no_status_code(caplog):
    request = RequestFactory().get("/s/7K2M9QX4TD/")
    request.resolver_match = resolve("/s/7K2M9QX4TD/")
    request.visitor, request.actor = None, Actor.resident()
    middleware.RefusalMiddleware(lambda _request: None).process_exception(request, KeyError("x"))
    assert "s/<str:code>/" in caplog.text
    assert "7K2M9QX4TD" not in caplog.text
    assert settings.LOGGING["loggers"]["django.request"]["level"] == "CRITICAL"


def test_a_fault_is_numbered_logged_and_tells_nothing_of_the_inside(caplog):
    request = RequestFactory().get("/x", headers=JSON)
    handler = middleware.RefusalMiddleware(lambda _request: None)
    answer = handler.process_exception(request, KeyError("secret detail"))
    told = json.loads(answer.content)["error"]
    assert (answer.status_code, told["id"]) == (500, "CO500")
    reference = re.search(r"[0-9a-f]{8}", told["help"])[0]
    assert reference in caplog.text
    assert "secret detail" in caplog.text
    assert "secret detail" not in answer.content.decode()


def test_an_absent_database_says_when_to_come_back():
    request = RequestFactory().get("/x", headers=JSON)
    handler = middleware.RefusalMiddleware(lambda _request: None)
    answer = handler.process_exception(request, OperationalError("connection refused"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "connection refused" not in answer.content.decode()


def test_too_often_says_when_to_come_back():
    request = RequestFactory().get("/x", headers=JSON)
    assert middleware.refuse(request, errors.TOO_MANY(seconds=7))["Retry-After"] == "7"


# -- the catalogue --------------------------------------------------------------------------


def test_an_id_is_given_once():
    with pytest.raises(ValueError, match="CO404"):
        define("CO404", 404, "again")


def test_every_error_has_a_shape_that_lasts():
    for name, definition in CATALOGUE.items():
        assert re.fullmatch(r"[A-Z]{2}\d{3}", name), name
        assert 400 <= definition.status < 600, name
        assert str(definition.message).strip(), name
        # GeoReport has its own form of error, without a place for help.
        assert str(definition.help).strip() or name.startswith("OG"), f"{name} gives no help"


def test_a_refusal_fills_in_what_it_knows_and_leaves_the_rest():
    refusal = errors.TOO_LARGE(limit="5 MB", fields={"photo": "太大"})
    assert isinstance(refusal, Refusal)
    assert "5 MB" in refusal.message
    assert refusal.as_dict()["error"]["fields"] == {"photo": "太大"}
    assert "{limit}" in errors.TOO_LARGE().message
