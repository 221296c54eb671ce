"""The operations for whoever holds a report's code. They need no key.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads
the types of what it wraps.
"""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from zhijin.access.api import api_gate, client_address
from zhijin.cases import clients
from zhijin.cases import rest_schemas as s
from zhijin.cases.rest_answers import status_out
from zhijin.cases.rest_common import PUBLIC, READERS, Code
from zhijin.cases.services import reporter
from zhijin.core import ratelimit
from zhijin.core.scope import scoped

router = Router()


@router.get("/status/{code}", response={200: s.StatusOut, **PUBLIC}, tags=["status"])
@api_gate(signed_in=False, opens=False)
def get_status(request: HttpRequest, code: Code) -> Any:
    """How a report stands, for whoever holds its code. Needs no key."""
    _count(request)
    case = reporter.find(code)
    with scoped(READERS):
        return status_out(case)


@router.post("/status/{code}/moves", response={200: s.StatusOut, **PUBLIC, 403: s.Problem,
             409: s.Problem}, tags=["status"])  # fmt: skip
@api_gate(signed_in=False, opens=False)
def move_status(request: HttpRequest, code: Code, body: s.MoveIn) -> Any:
    """The reporter's own step: confirm, send back, withdraw. Needs no key but the code."""
    _count(request)
    case = reporter.act(
        code=code, move_id=body.move, data=body.data, why=body.why,
        photos=clients.photos_by_digest(body.photos), seen_version=body.version,
    )  # fmt: skip
    with scoped(READERS):
        return status_out(case)


@router.post("/status/{code}/reopen", response={200: s.StatusOut, **PUBLIC, 403: s.Problem,
             409: s.Problem}, tags=["status"])  # fmt: skip
@api_gate(signed_in=False, opens=False)
def reopen_status(request: HttpRequest, code: Code, body: s.WhyIn) -> Any:
    """Ask for a closed case to be opened again. Needs no key but the code."""
    _count(request)
    case = reporter.reopen(code=code, why=body.why)
    with scoped(READERS):
        return status_out(case)


def _count(request: HttpRequest) -> None:
    """Guessing codes is slowed down; counted outside the operation, so that failures count too."""
    ratelimit.hit(f"api-status:{client_address(request)}", "120/10m")
