"""Opens a case from a posted request. What was not asked is not kept.

``email``, ``device_id`` and ``account_id`` are not stored: nothing needs them. The device goes into
the key by which a repeated request is recognised, as a digest. ``media_url`` is noted for the staff
and never fetched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from zhijin.access.api import client_address
from zhijin.cases import clients
from zhijin.cases.forms import PHOTOS
from zhijin.cases.open311 import services
from zhijin.cases.open311.calling import MISSING, NO_KEY, WRONG
from zhijin.cases.services.intake import Opened, Report, locate
from zhijin.cases.services.reporter import comment
from zhijin.core import clock, ratelimit
from zhijin.core.actor import Actor
from zhijin.core.files import store_photo
from zhijin.core.geo import is_position
from zhijin.core.models import IdempotencyKey, StoredFile
from zhijin.core.scope import scoped
from zhijin.core.texts import clean
from zhijin.places import api as places
from zhijin.playbooks.api import Revision
from zhijin.playbooks.engine import FieldSpec

#: Two requests with the same device and words within this time are one.
WINDOW = timedelta(minutes=10)
_ATTRIBUTE = re.compile(r"attribute\[([^\]\[]{1,64})\](\[\d*\])?")
#: Arguments that make two requests the same, in order.
_SAME = (
    "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "email",
    "device_id", "account_id", "first_name", "last_name", "phone", "description", "media_url",
)  # fmt: skip


def open_from(request: HttpRequest, client: Actor, place: str) -> Opened:
    """The case that a posted request opens, or the one that it opened before.

    Raises MISSING, WRONG, NO_SERVICE, CA001–CA003, CA015, FL001–FL003, CO403, CO422, CO429.
    """
    given = request.POST
    for name, values in given.lists():
        clean(name)
        clean(values)
    code = given.get("service_code", "").strip()
    if not code:
        raise MISSING(what="service_code")
    report = _report(request, place, code)
    opened = clients.open_for(client, report)
    if given.get("media_url", "").strip() and not opened.replayed:
        _note_media(opened, given["media_url"].strip())
    return opened


def _report(request: HttpRequest, place: str, code: str) -> Report:
    given = request.POST
    lon, lat = _position(given)
    here = _place_of(given, place, lon is not None)
    draft = Report(playbook=code, channel="open311", key="", place_code=here, lon=lon, lat=lat)
    with scoped(Actor.system("intake")):
        revision = services.find(code, locate(draft))
    ask = revision.playbook.opens.ask
    return Report(
        playbook=code, channel="open311", key=_key(request), place_code=here, lon=lon, lat=lat,
        answers=clients.with_position(ask, _answers(given, revision, here), lon, lat),
        photos=_photos(request, ask), phone=_short(given, "phone", 32), name=_name(given),
    )  # fmt: skip


def _position(given: QueryDict) -> tuple[float | None, float | None]:
    texts = given.get("lat", "").strip(), given.get("long", "").strip()
    if not any(texts):
        return None, None
    if not all(texts):
        raise MISSING(what="lat" if texts[1] else "long")
    try:
        lat, lon = float(texts[0]), float(texts[1])
    except ValueError as error:
        raise WRONG(what="lat, long", why="degrees in WGS-84, e.g. 27.3") from error
    if not is_position(lon, lat):
        raise WRONG(what="lat, long", why="degrees in WGS-84, e.g. 27.3")
    return lon, lat


def _place_of(given: QueryDict, jurisdiction: str, positioned: bool) -> str:
    """The place named: by its code, by its name in the address, else the jurisdiction itself."""
    if code := given.get("address_id", "").strip():
        found = places.find(code) if code.startswith(jurisdiction) else None
        if found is None:
            raise WRONG(what="address_id", why="no such division code in this jurisdiction")
        return code
    address = given.get("address_string", "").strip()
    if not (address or positioned):
        raise MISSING(what="lat and long, address_string or address_id")
    if address and not positioned:
        villages = places.search(
            address[:100], root=jurisdiction or None, levels=("village", "group", "grid"), limit=2
        )
        if len(villages) != 1 and not (villages and villages[0].name == address):
            raise WRONG(what="address_string", why="it names no single village; send address_id")
        return str(villages[0].code)
    return jurisdiction if len(jurisdiction) >= 12 else ""


def _answers(given: QueryDict, revision: Revision, place: str) -> dict[str, Any]:
    """The playbook's questions answered by attributes and by the standard's own arguments."""
    wanted = {q.field: q for q in services.attributes(revision.playbook)}
    values: dict[str, list[str]] = {}
    for name, texts in given.lists():
        found = _ATTRIBUTE.fullmatch(name)
        if found is not None:
            values.setdefault(found[1], []).extend(texts)
        elif name.startswith("attribute"):
            raise WRONG(what=name[:40], why="write attribute[code]=value")
    if unknown := set(values) - set(wanted):
        raise WRONG(what="attribute", why="not asked: " + ", ".join(sorted(unknown))[:100])
    answers = {name: _typed(wanted[name], texts) for name, texts in values.items()}
    _fill(answers, given, revision, place)
    return {name: value for name, value in answers.items() if value not in (None, "", [])}


def _typed(question: FieldSpec, texts: Sequence[str]) -> Any:
    """Form text as the question's type of JSON; what does not fit is left for the check to name."""
    if question.type == "choices":
        return [text for text in texts if text]
    text = texts[-1].strip()
    if question.type == "boolean":
        return {"true": True, "false": False, "": None}.get(text.lower(), text)
    if question.type in {"number", "rating"} and text:
        try:
            return int(text) if text.lstrip("-").isdigit() else float(text)
        except ValueError:
            return text
    return text


def _fill(
    answers: dict[str, Any], given: Mapping[str, str], revision: Revision, place: str
) -> None:
    """Description, telephone and place answer the questions that ask for them."""
    described = services.described_by(revision.playbook)
    if described is not None:
        answers[described.field] = _description(given, described)
    for question in revision.playbook.opens.ask:
        if question.type == "phone":
            answers.setdefault(question.field, given.get("phone", "").strip())
        elif question.type == "place" and place:
            answers.setdefault(question.field, place)


def _description(given: Mapping[str, str], question: FieldSpec) -> str:
    """What was written, with the address as the sender put it, so that nothing is lost."""
    text = given.get("description", "").strip()
    if question.type == "text":
        text = " ".join(text.split())
    address = given.get("address_string", "").strip()
    if not address or address in text:
        return text
    return f"{text}（{address}）" if text else address


def _name(given: Mapping[str, str]) -> str:
    return (_short(given, "last_name", 32) + _short(given, "first_name", 32)).strip()


def _short(given: Mapping[str, str], name: str, most: int) -> str:
    text = given.get(name, "").strip()
    if len(text) > most:
        raise WRONG(what=name, why=f"at most {most} characters")
    return text


def _photos(request: HttpRequest, ask: Sequence[FieldSpec]) -> dict[str, list[StoredFile]]:
    """Pictures sent along as ``media`` (multipart, an extension), for the first photo question."""
    uploads = [upload for upload in request.FILES.getlist("media") if upload.size]
    question = next((q for q in ask if q.type == "photo"), None)
    if not uploads:
        return {}
    most = int(question.max or PHOTOS) if question is not None else 0
    if question is None or len(uploads) > most:
        raise WRONG(what="media", why=f"at most {most}")
    return {question.field: [_stored(upload) for upload in uploads]}


def _stored(upload: UploadedFile) -> StoredFile:
    return store_photo(cast(BinaryIO, upload.file), upload.name or "media", upload.size or 0)


def _key(request: HttpRequest) -> str:
    """The client's own key, else one made of what was sent; the same within ten minutes.

    Time is cut into windows, and the window before is looked at too, so that a repetition that
    falls into the next one is still recognised.
    """
    client: Actor = request.actor  # type: ignore[attr-defined]
    if own := request.headers.get("Idempotency-Key", "").strip():
        return clients.key_of(client, "open311", own)
    given = request.POST
    content = [f"{name}={given.get(name, '')}" for name in _SAME]
    content += sorted(
        f"{n}={v}" for n, vs in given.lists() if n.startswith("attribute") for v in vs
    )
    for upload in request.FILES.getlist("media"):
        content.append(hashlib.sha256(upload.read()).hexdigest())
        upload.seek(0)
    base = clients.key_of(client, "open311", *content)[:32]
    window = int(clock.now().timestamp() // WINDOW.total_seconds())
    return f"{base}{_window_in_use(base, window):x}"


def _window_in_use(base: str, window: int) -> int:
    """The window before when the same request came in it, less than ten minutes ago."""
    before = f"{base}{window - 1:x}"
    rows = IdempotencyKey.objects.filter(
        scope="case", key__endswith=before, at__gte=clock.now() - WINDOW
    )
    return window - 1 if rows.exists() else window


def _note_media(opened: Opened, url: str) -> None:
    """Keep the link for the staff; the platform never opens it."""
    text = f"media_url: {url[:500]}"
    system = Actor.system("open311")
    with scoped(system):
        comment(actor=system, case_id=opened.case_id, text=text, public=False)


def client_of(request: HttpRequest, visitor_by_key: Any) -> Actor:
    """The client behind ``api_key`` (or a bearer key). Raises NO_KEY; guessing is slowed down."""
    key = request.POST.get("api_key", "").strip()
    visitor = visitor_by_key(key) if key else getattr(request, "visitor", None)
    by_key = bool(key) or getattr(request, "by_key", False)
    if visitor is None or not by_key:
        ratelimit.hit(f"open311-key:{client_address(request)}", "60/m")
        raise NO_KEY()
    request.visitor = visitor  # type: ignore[attr-defined]
    request.actor = visitor.actor  # type: ignore[attr-defined]
    actor: Actor = visitor.actor
    return actor
