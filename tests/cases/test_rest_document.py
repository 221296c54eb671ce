"""The description of the API is OpenAPI 3.1, whole, and true to the operations."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from zhijin.config import api, api_reference


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return api.document()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_openapi_3_1(document):
    """Against the meta-schema of the OpenAPI Initiative."""
    assert document["openapi"] == "3.1.0"
    validator = jsonschema_rs.Draft202012Validator(OPENAPI_31)
    assert [error.message for error in validator.iter_errors(document)] == []


def test_every_schema_in_it_is_a_json_schema(document):
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        )
        assert name


def test_every_reference_leads_somewhere(document):
    schemas = document["components"]["schemas"]
    wanted = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert wanted <= set(schemas)


def test_operation_ids_are_unique_and_described(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        assert set(operation["tags"]) <= {tag["name"] for tag in document["tags"]}, path


def test_every_operation_has_a_gate_and_says_so(document):
    gates = api.gates()
    assert None not in gates.values()
    for path, method, operation in operations(document):
        gate = gates[operation["operationId"]]
        assert bool(operation["security"]) == gate.signed_in, (path, method)
        if method != "get":
            assert {"session": []} not in operation["security"]


def test_examples_fit_their_schemas(document):
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for example in schema.get("examples", []):
            whole = {**schema, "components": {"schemas": schemas}}
            validator = jsonschema_rs.Draft202012Validator(whole)
            assert [e.message for e in validator.iter_errors(example)] == [], name


def test_it_is_served(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Zhijin 织锦"


@pytest.mark.django_db
def test_an_address_that_is_none_answers_in_json(client):
    for path in ("/api/v1/", "/api/v1/nothing", "/api/v1/cases/no-uuid"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["id"] == "CO404"


def test_the_reference_is_current():
    """Write it anew with: .venv/bin/python -m zhijin.config.api_reference"""
    assert api_reference.PAGE.read_text(encoding="utf-8") == api_reference.page()
