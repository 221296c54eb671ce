"""The six calls of GeoReport v2, service discovery, and published photos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import public, visitor_by_key
from zhijin.cases.models import CasePhoto
from zhijin.cases.open311 import posting, reading, services
from zhijin.cases.open311.calling import READER, call, jurisdiction
from zhijin.cases.open311.render import answer
from zhijin.cases.views.files import answer as photo_answer
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scoped

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


@call
@public(methods=("GET",), opens=False)
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the endpoint is, in which forms it answers, and how to get a key."""
    base = request.build_absolute_uri("/open311/v2")
    with scoped(READER):
        changed = services.changeset()
    found = {
        "changeset": changed,
        "contact": _("平台管理单位，见本平台首页。"),
        "key_service": _("请向本平台的系统管理员申请接口密钥。"),
        "endpoints": [
            {
                "specification": SPECIFICATION, "url": base, "changeset": changed,
                "type": "production", "formats": ["text/xml", "application/json"],
            }
        ],
    }  # fmt: skip
    return answer("discovery", found, form)


@call
@public(methods=("GET",), opens=False)
def service_list(request: HttpRequest, form: str) -> HttpResponse:
    """GET services: what may be reported, in a jurisdiction or everywhere."""
    place = jurisdiction(request.GET.get("jurisdiction_id", ""))
    with scoped(READER):
        found = [services.service(revision) for revision in services.offered(place)]
    return answer("services", found, form)


@call
@public(methods=("GET",), opens=False)
def service_definition(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """GET service definition: the questions of one service."""
    place = jurisdiction(request.GET.get("jurisdiction_id", ""))
    with scoped(READER):
        found = services.definition(services.find(code, place))
    return answer("service_definition", found, form)


@call
@public(methods=("GET", "POST"), rate="120/m", opens=False)
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """GET requests (a list), or POST a request (with a key)."""
    if request.method == "POST":
        return _post(request, form)
    place = jurisdiction(request.GET.get("jurisdiction_id", ""))
    query = reading.query_of(request.GET)
    with scoped(READER):
        found = reading.listed(query, place, _client(request), _media(request))
    return answer("service_requests", found, form)


def _post(request: HttpRequest, form: str) -> HttpResponse:
    client = posting.client_of(request, visitor_by_key)
    place = jurisdiction(request.POST.get("jurisdiction_id", ""))
    opened = posting.open_from(request, client, place)
    found = {
        "service_request_id": opened.number,
        "service_notice": _("已收到。上报人可凭查询码 {code} 查看进展。").format(code=opened.code),
        "account_id": request.POST.get("account_id", "").strip()[:100] or None,
    }
    return answer("service_requests", [found], form, 201)


@call
@public(methods=("GET",), opens=False)
def request(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """GET one request."""
    place = jurisdiction(request.GET.get("jurisdiction_id", ""))
    with scoped(READER):
        found = reading.one(number, place, _client(request), _media(request))
    return answer("service_requests", [found], form)


@call
@public(methods=("GET",), opens=False)
def token(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """GET service_request_id from a token. Ids are given at once, so an id is its own token."""
    place = jurisdiction(request.GET.get("jurisdiction_id", ""))
    with scoped(READER):
        found = reading.one(token, place, _client(request), "")
    told = {"service_request_id": found["service_request_id"], "token": token}
    return answer("service_requests", [told], form)


@public(methods=("GET",), opens=False)
def media(request: HttpRequest, case: UUID, digest: str) -> HttpResponse:
    """A published photo; nobody needs to sign in."""
    with scoped(READER):
        if not reading.published_photo(case, digest):
            raise NOT_FOUND()
        row = CasePhoto.objects.filter(case_id=case, file_id=digest).select_related("file").first()
        if row is None:
            raise NOT_FOUND()
        response: HttpResponse = photo_answer(row.file, "full")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _client(request: HttpRequest) -> Actor:
    """Whoever asks, when it is another system with its bearer key; else the public."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    return actor if isinstance(actor, Actor) else Actor.resident()


def _media(request: HttpRequest) -> str:
    """The address of published photos, up to the case."""
    example = reverse("open311:media", args=[UUID(int=0), "x"])
    return request.build_absolute_uri(example.rsplit("/", 2)[0] + "/")
