"""Random calls of every operation of the API and of Open311: never a 500, always the answer that is described."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from lxml import etree
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import matrix_points
from tests.cases.conftest import opened, upload
from tests.cases.test_open311 import SCHEMA
from tests.cast import COUNTY, VILLAGE, Cast, give, make_account
from tests.orgs.conftest import register
from zhijin.access.api import issue_key
from zhijin.cases.services.consent import ask
from zhijin.config import api
from zhijin.config.wsgi import application
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.people import api as people

EXAMPLES = 10
#: The transport does not unpack what the server compresses.
PLAIN = {"Accept-Encoding": "identity"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

DOCUMENT = api.document()
rest = schemathesis.openapi.from_dict(DOCUMENT)
rest.app = application


def _text(name: str, place: str = "query", required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


FORM = {"name": "form", "in": "path", "required": True, "schema": {"enum": ["xml", "json"]}}
ANSWERS = {
    str(code): {"description": str(code), "content": {"text/xml": {}, "application/json": {}}}
    for code in (200, 201, 400, 403, 404, 429)
}
POSTED = (
    "api_key", "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id",
    "email", "device_id", "account_id", "first_name", "last_name", "phone", "description",
    "media_url", "attribute[kind]", "attribute[id_no]", "attribute[x][]",
)  # fmt: skip


def _get(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": [FORM, *parameters, _text("jurisdiction_id")], "responses": ANSWERS}


open311 = schemathesis.openapi.from_dict(
    {
        "openapi": "3.1.0",
        "info": {"title": "GeoReport", "version": "2"},
        "paths": {
            "/open311/v2/discovery.{form}": {"get": _get()},
            "/open311/v2/services.{form}": {"get": _get()},
            "/open311/v2/services/{code}.{form}": {"get": _get(_text("code", "path", True))},
            "/open311/v2/requests/{number}.{form}": {"get": _get(_text("number", "path", True))},
            "/open311/v2/tokens/{token}.{form}": {"get": _get(_text("token", "path", True))},
            "/open311/v2/requests.{form}": {
                "get": _get(
                    *map(_text, ("service_request_id", "service_code", "start_date", "end_date",
                                 "status", "page", "page_size"))
                ),
                "post": {
                    "parameters": [FORM],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/x-www-form-urlencoded": {
                                "schema": {
                                    "type": "object",
                                    "properties": {name: {"type": "string"} for name in POSTED},
                                }
                            }
                        },
                    },
                    "responses": ANSWERS,
                },
            },
        },
    }
)  # fmt: skip
open311.app = application


def _others() -> dict[str, Any]:
    """What other rooms' operations name: an organisation, a resident, a book of points with an account."""
    system = Actor.system("test")
    org = register("大耆老村党支部")
    with scoped(system):
        home = people.register_household(actor=system, place_code=VILLAGE, number="77")
        who = people.register_person(
            actor=system, place_code=VILLAGE, name="罗立夏", household=home, relation="户主"
        )
    points = matrix_points.make(home)
    return {
        "key": org.key, "person_id": str(who.id), "village": VILLAGE, "book_id": str(points.book),
        "account_id": str(points.account),
    }  # fmt: skip


class World:
    """A key that may do nearly everything in the county, a case, a request and a photo to name."""

    def __init__(self, cast: Cast) -> None:
        account = make_account("fuzz", is_program=True)
        for role in ("county_officer", "api_client"):
            give(account, role, COUNTY)
        system = Actor.system("test")
        self.key = issue_key(actor=system, account=account, label="fuzz", ends_at=None)
        case = opened()
        self.case, self.code, self.number = str(case.case_id), case.code, case.number
        officer = cast.county_officer.actor
        self.others = _others()
        self.request = str(ask(actor=officer, case_id=case.case_id, kind="exclude", why="试").id)

    def aim(self, case: Any) -> None:
        """Every other call at what exists: random ids alone would only ever meet 404."""
        parameters = case.path_parameters or {}
        if len(json.dumps([str(case.body), str(case.query)])) % 2:
            return
        known = {
            "case_id": self.case, "request_id": self.request, "code": self.code,
            "number": self.number, "token": self.number, "playbook": "test-hazard", **self.others,
        }  # fmt: skip
        for name in parameters:
            if name in known:
                parameters[name] = known[name]
        if isinstance(case.body, dict):
            case.body |= {"place_code": VILLAGE} if "place_code" in case.body else {}
            case.body |= {"playbook": "test-hazard"} if "playbook" in case.body else {}


@pytest.fixture
def world(ground: Any, cast: Cast) -> Iterator[World]:
    """The application is called as a server calls it; only the test's connection must stay open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield World(cast)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def every(schema: Any, examples: int, check: Callable[[Any], None]) -> None:
    """Run ``check`` on random calls of every operation; all in one test, since the world is dear."""
    seen = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(FEW, max_examples=examples)
        def run(case: Any) -> None:
            check(case)

        run()
        seen += 1
    assert seen


def test_the_api(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}", **PLAIN}

    def check(case: Any) -> None:
        world.aim(case)
        case.call_and_validate(checks=CHECKS, headers=headers)

    every(rest, EXAMPLES, check)


def test_the_api_without_a_key(world: World) -> None:
    gates = api.gates()

    def check(case: Any) -> None:
        world.aim(case)
        headers = {"Authorization": "Bearer nonsense", **PLAIN}
        response = case.call_and_validate(checks=CHECKS, headers=headers)
        gate = gates[case.operation.definition.raw["operationId"]]
        assert not gate.signed_in or response.status_code in {401, 404}

    every(rest, 3, check)


def test_open311(world: World) -> None:
    kinds: set[str] = set()

    def check(case: Any) -> None:
        world.aim(case)
        if isinstance(case.body, dict):
            case.body |= {"api_key": world.key}
            if len(str(case.body)) % 3:
                case.body |= {"service_code": "test-hazard", "address_id": VILLAGE}
                case.body |= {"lat": "", "long": ""}
        response = case.call(headers=PLAIN)
        assert response.status_code < 500, case.as_curl_command()
        kind = response.headers.get("content-type", [""])[0]
        kinds.add(kind)
        if kind.startswith("text/xml"):
            root = etree.fromstring(response.content)
            assert SCHEMA.validate(root), SCHEMA.error_log
        elif kind.startswith("application/json"):
            json.loads(response.content)
        else:
            assert response.status_code in {301, 400, 404, 405}, (kind, case.as_curl_command())

    every(open311, 15, check)
    assert {"text/xml; charset=utf-8", "application/json; charset=utf-8"} <= kinds


def test_odd_uploads_are_refused(world: World, client: Any) -> None:
    """What a generator of texts does not make: polyglots, empty files, wrong names."""
    headers = {"Authorization": f"Bearer {world.key}"}
    for name, data in (
        ("a.jpg", b"GIF89a" + b"\0" * 50), ("a.html", b"<script>alert(1)</script>"),
        ("../../etc/passwd", b"\xff\xd8\xff\xe0" + b"x" * 99), ("a.svg", b"<svg/>"), ("x", b"0"),
    ):  # fmt: skip
        answer = client.post("/api/v1/photos", {"file": upload(name, data)}, headers=headers)
        assert answer.status_code == 400, name
    assert client.post("/api/v1/photos", {}, headers=headers).status_code == 400
    assert client.post("/api/v1/photos", {"file": "text"}, headers=headers).status_code == 400
