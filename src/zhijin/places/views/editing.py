"""Changes to one place from its page: names, groups and grids, ends, successors, pasted outlines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from zhijin.access.api import gate
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.places import drawing, services
from zhijin.places.models import Place

Act = Callable[[Actor, str, QueryDict], Place | None]


@gate("grid.edit", "place.edit", methods=("POST",))
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Do what the form's `do` says; a refusal is told on the page one came from."""
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise BAD_REQUEST()
    try:
        with transaction.atomic():  # what was refused leaves nothing behind
            changed = act(request.actor, code, request.POST)  # type: ignore[attr-defined]
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        told = "".join(str(text) for text in refusal.fields.values())
        messages.error(request, f"{refusal.message}{told}{refusal.help}")
        return redirect("desk:place", code=code)
    messages.success(request, _("已保存。"))
    return redirect("desk:place", code=changed.code if changed else code)


def _number(data: QueryDict, name: str) -> int | None:
    text = data.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 7:
        raise BAD_REQUEST(fields={name: _("这里要填数字")})
    return int(text)


def _day(data: QueryDict, name: str) -> date | None:
    text = data.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BAD_REQUEST(fields={name: _("日期写成 2026-01-31 这样")}) from error


def _rename(actor: Actor, code: str, data: QueryDict) -> Place:
    return services.rename(actor=actor, code=code, name=data.get("name", ""), at=_day(data, "at"))


def _group(actor: Actor, code: str, data: QueryDict) -> None:
    services.create_group(
        actor=actor,
        village=code,
        name=data.get("name", ""),
        number=_number(data, "number"),
        households=_number(data, "households"),
    )


def _grid(actor: Actor, code: str, data: QueryDict) -> None:
    services.create_grid(
        actor=actor,
        village=code,
        name=data.get("name", ""),
        number=_number(data, "number"),
        households=_number(data, "households"),
        geometry=data.get("geometry", "").strip() or None,
    )


def _draw(actor: Actor, code: str, data: QueryDict) -> None:
    datum = data.get("datum", "wgs84")
    if datum not in {"wgs84", "gcj02"}:
        raise BAD_REQUEST()
    drawing.draw(
        actor=actor,
        code=code,
        geometry=data.get("geometry", ""),
        base_version=_number(data, "version"),
        source="pasted",
        datum=datum,
    )


def _retire(actor: Actor, code: str, data: QueryDict) -> None:
    services.retire(actor=actor, code=code, into=data.get("into", "").split())


def _succeed(actor: Actor, code: str, data: QueryDict) -> None:
    services.succeed(
        actor=actor,
        old=code,
        new=data.get("new", "").replace(",", " ").split(),
        kind=data.get("kind", ""),
        at=_day(data, "at"),
        note=data.get("note", "")[:200],
    )


def _division(actor: Actor, code: str, data: QueryDict) -> Place:
    return services.create_division(
        actor=actor,
        code=data.get("code", "").strip(),
        name=data.get("name", ""),
        at=_day(data, "at"),
    )


_ACTS: dict[str, Act] = {
    "rename": _rename,
    "group": _group,
    "grid": _grid,
    "draw": _draw,
    "retire": _retire,
    "succeed": _succeed,
    "division": _division,
}
