"""What one should know, and what waits to be made public."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import pii
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.scope import scoped
from zhijin.playbooks.api import revision
from zhijin.programmes import selectors, services
from zhijin.programmes.models import Publication


@gate("case.view", opens=False)
def notices(request: Request) -> HttpResponse:
    """One's notices, newest first; marking them as read."""
    actor = request.actor
    if request.method == "POST":
        marked = _uuids(request.POST.getlist("notice"))
        services.have_read(actor=actor, notice_ids=marked[: selectors.PAGE])
        return redirect("desk:notices")
    unread = request.GET.get("show") != "all"
    after = _uuids([request.GET.get("after", "")])
    with scoped(actor):
        rows = selectors.notices(actor, unread=unread, after=after[0] if after else None)
        context = {
            "notices": rows, "unread": unread,
            "after": rows[-1].id if len(rows) == selectors.PAGE else "",
        }  # fmt: skip
        return render(request, "programmes/notices.html", context)


@gate("case.approve", methods=("GET",), opens=False)
def publications(request: Request) -> HttpResponse:
    """What is held, shown and withdrawn in one's places."""
    state = request.GET.get("state", "")
    state = state if state in Publication.State.values else Publication.State.HELD.value
    with scoped(request.actor):
        rows = selectors.publications(request.actor, state)
        items = [(row, selectors.item_of(row), pii.titles(row.found)) for row in rows]
        context = {"items": items, "state": state, "tabs": _tabs(state)}
        return render(request, "programmes/publications.html", context)


def _uuids(texts: list[str]) -> list[UUID]:
    """Those of the texts that are ids."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _tabs(state: str) -> list[dict[str, Any]]:
    titles = {"held": _("等待审核"), "shown": _("已公开"), "withdrawn": _("已撤下")}
    return [
        {"label": title, "url": f"?state={name}", "current": name == state}
        for name, title in titles.items()
    ]


@gate("case.approve", opens=False)
def publication(request: Request, pk: UUID) -> HttpResponse:
    """One publication: look, hide what is personal, publish or take down."""
    refusal = None
    if request.method == "POST":
        try:
            _decided(request, pk)
        except Refusal as error:
            if error.status in {403, 404}:
                raise
            refusal = error
        else:
            return redirect("desk:publications")
    with scoped(request.actor):
        row = selectors.publication(request.actor, pk)
        if row is None:
            raise NOT_FOUND()
        context = {
            "row": row, "item": selectors.item_of(row), "rows": _others(row), "refusal": refusal,
            "found": pii.titles(row.found), "texts": _texts(request, row),
            "given": request.POST,
        }  # fmt: skip
        status = refusal.status if refusal else 200
        return render(request, "programmes/publication.html", context, status=status)


def _decided(request: Request, pk: UUID) -> None:
    if request.POST.get("do") == "withdraw":
        services.withdraw(actor=request.actor, publication_id=pk, why=request.POST.get("why", ""))
        messages.success(request, _("已撤下，不再公开。"))
        return
    texts = {
        name.removeprefix("text-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("text-")
    }
    services.publish(
        actor=request.actor, publication_id=pk, texts=texts,
        photos=request.POST.getlist("photo"), checked=request.POST.get("checked") == "1",
    )  # fmt: skip
    messages.success(request, _("已公开。"))


def _others(row: Publication) -> list[tuple[str, Any]]:
    """The fields that are no text: they are shown, and cannot be changed."""
    playbook = revision(row.revision_id).playbook
    prose = {name for name, spec in playbook.fields.items() if spec.type in {"text", "longtext"}}
    return selectors.labelled(playbook, {n: v for n, v in row.fields.items() if n not in prose})


def _texts(request: Request, row: Publication) -> list[dict[str, Any]]:
    """The texts that may be changed: what was written, what looks personal, what hiding gives."""
    fields = revision(row.revision_id).playbook.fields
    lang = "en" if request.LANGUAGE_CODE.startswith("en") else "zh"
    return [
        {
            "name": name, "label": fields[name].title(lang),
            "value": request.POST.get(f"text-{name}", value), "hidden": pii.hidden(value),
            "found": pii.titles(pii.kinds_in(value)),
        }
        for name, value in row.fields.items()
        if isinstance(value, str) and name in fields and fields[name].type in {"text", "longtext"}
    ]  # fmt: skip
