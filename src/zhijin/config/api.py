"""The HTTP API: one OpenAPI 3.1 document over every room's operations, one form for every refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from zhijin.access.api import Gate, api_gate
from zhijin.core.errors import BAD_REQUEST, NO_PERMISSION, SIGN_IN_FIRST, Refusal
from zhijin.core.middleware import refuse
from zhijin.core.texts import clean

VERSION = "1.0.0"
DESCRIPTION = """\
What other systems may do with the platform. Answer language: `Accept-Language: zh-hans` or `en`.

Sign in with `Authorization: Bearer <key>`; the system administrator issues keys, and a key may do
what its account's roles let it do where they are held. Reading also works with a browser's sign-in.
Every refusal has the form `{"error": {"id", "message", "help", "fields"}}`. Records outside your
scope are answered like records that do not exist. Moments are ISO 8601 with a time zone; positions
are WGS-84 degrees.
"""
TAGS = (
    ("cases", "Cases: list, open, read."),
    ("handling", "What the playbook and the people in charge do with a case."),
    ("consent", "What needs another's consent: extension, suspension, exclusion."),
    ("photos", "Photos: upload, list, read."),
    ("playbooks", "What may be reported at a place. Public."),
    ("status", "A report followed by its code. Public."),
    ("figures", "The three rates."),
    ("organisations", "Organisations, posts and who holds them, names masked."),
    ("people", "Residents and members, masked. Reading stands in the journal."),
    ("points", "Points: rules with their resolution, honour list, statements."),
    ("places", "Divisions, groups, grids and positions. Public."),
)


class CleanParser(Parser):
    """Refuses what no database or XML could hold, before any operation sees it."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            body: dict[str, Any] = clean(json.loads(request.body, parse_constant=_no_constant))
        except RecursionError as error:
            raise BAD_REQUEST(fields={"body": "nested too deeply"}) from error
        except ValueError as error:
            raise BAD_REQUEST(fields={"body": "not JSON"}) from error
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        found: dict[str, Any] = clean(super().parse_querydict(data, list_fields, request))
        return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class Api(NinjaAPI):
    """The API; its operations are called by the names of their functions."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = Api(
    title="Zhijin 织锦", version=VERSION, description=DESCRIPTION, docs_url=None, openapi_url=None,
    urls_namespace="api", parser=CleanParser(),
    openapi_extra={
        "info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "tags": [{"name": name, "description": text} for name, text in TAGS],
    },
)  # fmt: skip


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refuse(request, refusal)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Which parameter or field is wrong, and why (the validator's sentence)."""
    fields: dict[str, str] = {}
    for one in error.errors:
        path = [str(part) for part in one["loc"]]
        name = ".".join(path[2:] if path[0] == "body" and len(path) > 2 else path[1:]) or path[0]
        fields[name] = one["msg"]
    return refuse(request, BAD_REQUEST(fields=fields))


@api.exception_handler(HttpError)
def wrong(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refusal):
        return refuse(request, error.__cause__)
    return refuse(request, BAD_REQUEST(fields={"body": str(error)}))


@api.get("/openapi.json", include_in_schema=False)
@api_gate(signed_in=False, opens=False)
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of every operation."""
    return HttpResponse(_described(), content_type="application/json")


@cache
def _described() -> bytes:
    """The document as it is sent, made once a process: it takes a tenth of a second, and anybody may ask."""
    return json.dumps(document(), ensure_ascii=False).encode()


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document as plain data."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    found["servers"] = [{"url": "/"}]
    found["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key of a program account."},
        "session": {
            "type": "apiKey", "in": "cookie", "name": "zhijin",
            "description": "A browser's sign-in; for reading only.",
        },
    }  # fmt: skip
    for path in found["paths"].values():
        for method, operation in path.items():
            operation["security"] = _security(operation["operationId"], method)
            for parameter in operation["parameters"]:
                # A list here is the schema's own, which has it already; OpenAPI wants names.
                parameter.pop("examples", None)
            _finish(operation)
    return found


def _finish(operation: dict[str, Any]) -> None:
    """A summary from the first sentence, and the refusals that any operation may answer."""
    text = operation.pop("description", "")
    first, _, rest = text.partition("\n\n")
    operation["summary"] = " ".join(first.split()).rstrip(".")
    if rest:
        operation["description"] = rest
    # A wrong key is refused even where none is needed.
    refusals = {
        "400": "Bad Request", "401": "Unauthorized", "404": "Not Found", "429": "Too Many Requests",
    }  # fmt: skip
    if operation["security"]:
        refusals["403"] = "Forbidden"
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for status, words in refusals.items():
        operation["responses"].setdefault(
            status, {"description": words, "content": {"application/json": schema}}
        )
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _security(operation_id: str, method: str) -> list[dict[str, list[str]]]:
    gate = gates()[operation_id]
    if gate is None or not gate.signed_in:
        return []
    return [{"key": []}, {"session": []}] if method == "get" else [{"key": []}]


def operations() -> dict[str, Any]:
    """Every operation by its id."""
    return {
        operation.operation_id or api.get_openapi_operation_id(operation): operation
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    }


def gates() -> dict[str, Gate | None]:
    """Every operation's gate by its id; a test checks that none is without."""
    return {
        name: getattr(operation.view_func, "gate", None) for name, operation in operations().items()
    }


def mount() -> None:
    """Add the operations of every installed room that has a ``rest`` module."""
    for config in apps.get_app_configs():
        if config.name.startswith("zhijin.") and find_spec(config.name + ".rest"):
            api.add_router("", import_module(config.name + ".rest").router)


def _admit_first(gate: Gate) -> Callable[[HttpRequest], bool]:
    """Ask who it is before looking at what was sent; the gate itself asks again, and counts."""

    def admitted(request: HttpRequest) -> bool:
        visitor, by_key = getattr(request, "visitor", None), getattr(request, "by_key", False)
        if visitor is None or (request.method != "GET" and not by_key):
            raise SIGN_IN_FIRST()
        if gate.permissions and not any(visitor.actor.can(p) for p in gate.permissions):
            raise NO_PERMISSION(permission=gate.permissions[0])
        return True

    return admitted


def _guard() -> None:
    for operation in operations().values():
        gate = getattr(operation.view_func, "gate", None)
        if gate is not None and gate.signed_in:
            operation.auth_callbacks = [_admit_first(gate)]


mount()
_guard()
#: Without the framework's own root page, which no gate guards.
urls = ([p for p in api.urls[0] if getattr(p, "name", "") != "api-root"], api.urls[1], api.urls[2])

__all__ = ["api", "document", "gates", "urls"]
