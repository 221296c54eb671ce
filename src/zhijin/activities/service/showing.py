"""What the pages of service share: tabs, organisations to act for, uploads, hours as people say them."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.activities.models import Claim, CommunityReport, Team, Thanks
from zhijin.activities.service.claiming import Done
from zhijin.activities.views import common
from zhijin.core import files
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.models import StoredFile
from zhijin.orgs import api as orgs
from zhijin.people import api as people
from zhijin.places import api as places

TONES: dict[str, str] = {
    Claim.State.CLAIMED: "info", Claim.State.DONE: "warn", Claim.State.CONFIRMED: "ok",
    CommunityReport.State.REPORTED: "warn", CommunityReport.State.RECEIVED: "ok",
    Thanks.State.NEW: "warn", Thanks.State.SHOWN: "ok",
}  # fmt: skip
FOUND = 12


def tabs(current: str, actor: Actor) -> list[dict[str, Any]]:
    """The pages of service that the viewer may open."""
    rows = (
        ("service", _("需求和服务"), "desk:service"),
        ("reports", _("双报到"), "desk:community-reports"),
        ("teams", _("志愿服务队"), "desk:teams"),
        ("links", _("设岗和联户"), "desk:household-links"),
        ("files", _("一户一档"), "desk:household-files"),
        ("proxies", _("帮办代办"), "desk:proxies"),
        ("counts", _("统计"), "desk:service-counts"),
        ("practice", _("文明实践"), "desk:practice"),
    )
    return [
        {"label": t, "url": reverse(name), "current": key == current}
        for key, t, name in rows
        if key != "proxies" or actor.can("proxy.act")
    ]


def serves_here(actor: Actor, key: int) -> bool:
    """Whether the viewer works for the community at that key, not for one organisation alone."""
    return actor.can("activity.act", key)


def acts_for(actor: Actor, row: Any) -> bool:
    """Whether the viewer acts for whoever serves."""
    return actor.can("activity.act", row.unit_key, org_keys=(row.org_key,), line_keys=row.line_keys)


def leads(actor: Actor, team: Team) -> bool:
    """Whether the viewer answers for a team."""
    return actor.can(
        "activity.act", team.place_key, org_keys=(team.org_key or 0,), line_keys=team.line_keys
    )


def askers(actor: Actor) -> list[orgs.Organisation]:
    """Organisations of communities for which the viewer may publish a need."""
    return [
        one for one in common.own_orgs(actor)
        if len(one.place_code) == 12 and serves_here(actor, one.place_key)
    ]  # fmt: skip


def org_of(request: Request) -> orgs.Organisation | None:
    """The organisation that ``org`` names, or the first for which the viewer acts. Raises CO404, OR001."""
    key = request.POST.get("org") or request.GET.get("org", "")
    if key:
        if not (key.isascii() and key.isdigit() and len(key) <= 18):
            raise NOT_FOUND()
        return orgs.get(request.actor, int(key))
    own = common.own_orgs(request.actor)
    # Whoever keeps a list of members comes first.
    kept = set(
        people.visible_members(request.actor)
        .filter(org_key__in=[one.key for one in own], valid_to=None)
        .values_list("org_key", flat=True)
    )
    return next((one for one in own if one.key in kept), own[0] if own else None)


def members(request: Request, org: orgs.Organisation, about: str) -> list[tuple[UUID, str]]:
    """An organisation's members with whole names, for whoever answers for it; journalled."""
    rows = people.members_of(request.actor, org.key)
    if not rows:
        return []
    names = people.member_names(
        actor=request.actor, org=org, ids=[row.id for row in rows], about=about
    )
    return [(row.id, names.get(row.id, row.name_masked)) for row in rows]


def villages(text: str) -> list[tuple[str, str]]:
    """Villages and communities found by name, with the places above them."""
    words = text.strip()[:40]
    if len(words) < 2:
        return []
    found = places.search(words, levels=("village",), limit=FOUND)
    named = places.labels([one.code for one in found])
    return [(one.code, named.get(one.code, one.name)) for one in found]


def names_of(codes: Any) -> dict[str, str]:
    """Short names of places by code."""
    return {
        code: places.short_name(place.name) for code, place in places.get_many(set(codes)).items()
    }


def place(code: str) -> str:
    """A place's short name; its code when it is not known."""
    return names_of([code]).get(code, code)


def photos(request: Any) -> list[str]:
    """Digests of uploaded photos, at most three. Raises FL001–FL003."""
    given = [one for one in request.FILES.getlist("photos")[:3] if isinstance(one, UploadedFile)]
    return [
        files.store_photo(cast("BinaryIO", one.file), one.name or "photo", one.size or 0).digest
        for one in given
        if one.file is not None and one.size
    ]


def done_of(request: Any) -> Done:
    """What the form says was done. Raises CO400, FL001–FL003."""
    people_came = request.POST.get("people", "").strip()
    return Done(
        common.number(request, "minutes"), request.POST.get("told", ""), photos(request),
        common.number(request, "people") if people_came else None,
    )  # fmt: skip


def photo(claim: Claim, digest: str) -> HttpResponse:
    """A photo of a service. Raises CO404 when it is none of its own."""
    stored = StoredFile.objects.filter(digest=digest).first() if digest in claim.photos else None
    path = files.path_of(digest) if stored is not None else None
    if stored is None or path is None or not path.exists():
        raise NOT_FOUND()
    answer = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    answer["Content-Disposition"] = f'inline; filename="{digest[:12]}.jpg"'
    return answer


def day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def maybe_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
