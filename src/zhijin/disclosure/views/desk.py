"""Documents on the desk: what is due, drafts, what waits for a second person, questions to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.access.api import Request, gate
from zhijin.core import clock, file_texts, files, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.facts import county_of
from zhijin.core.ids import is_code, place_key, show_receipt
from zhijin.core.scope import scoped
from zhijin.disclosure import (
    attached,
    catalogue,
    deciding,
    duties,
    errors,
    producing,
    selectors,
    steps,
    tables,
)
from zhijin.disclosure import documents as writing
from zhijin.disclosure import questions as answering
from zhijin.disclosure.documents import Draft
from zhijin.disclosure.forms import DocumentForm
from zhijin.disclosure.models import Document
from zhijin.disclosure.views.portal import served
from zhijin.places import api as places

TABS = ("submitted", "draft", "published", "withdrawn")
#: Places whose calendar one page shows.
MOST_PLACES = 12


@gate("disclose.view", methods=("GET",))
def documents(request: Request) -> HttpResponse:
    """What is due in one's places, and documents by state."""
    actor = request.actor
    state = request.GET.get("state", "")
    state = state if state in TABS else "submitted"
    rows = selectors.listing(actor, state, before=_uuid(request.GET.get("after", "")))
    names = places.labels([row.place_code for row in rows], skip=3)
    counts = selectors.counts(actor)
    calendars = _calendars(actor) if "after" not in request.GET else []
    context = {
        "state": state, "tabs": _tabs(state, counts), "questions": counts["questions"],
        "rows": [(row, catalogue.BOARDS[row.board], names.get(row.place_code, "")) for row in rows],
        "after": rows[-1].id if len(rows) == selectors.PAGE and state != "submitted" else "",
        "calendars": calendars[:MOST_PLACES], "more": calendars[MOST_PLACES:],
        "can_draft": actor.can("disclose.draft"),
    }  # fmt: skip
    return render(request, "disclosure/desk.html", context)


def _tabs(state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    counts = {**counts, "submitted": counts.get("submitted", 0) + counts.get("supervised", 0)}
    return [
        {"label": catalogue.STATES[name], "url": f"?state={name}", "current": name == state,
         "count": counts.get(name, 0)}
        for name in TABS
    ]  # fmt: skip


def _watched(actor: Actor) -> Iterator[tuple[str, list[str]]]:
    """Places whose duties concern the reader, by the place that holds them: their own village, every village of their
    township, those of their county that publish here at all."""
    seen: set[str] = set()
    codes = {g.place_code for g in actor.grants if g.over_place and g.place_code}
    for code in sorted(codes, key=lambda one: (-len(one), one)):
        if len(code) >= 12:
            below = [code[:12]]
        elif len(code) == 9:
            below = [one.code for one in places.children(code)]
        else:
            below = selectors.publishing(code) if len(code) == 6 else []
        fresh = [one for one in below if one not in seen]
        seen.update(fresh)
        if fresh:
            yield code[:12], fresh


def _own_place(request: Request) -> str:
    """Where the reader drafts when no place is named: their village, else where they work."""
    codes = [g.place_code for g in request.actor.grants if g.over_place and is_code(g.place_code)]
    if not codes:
        raise BAD_REQUEST()
    return max((code[:12] for code in codes), key=len)


def _calendars(actor: Actor) -> list[dict[str, Any]]:
    """What is to be published at each place, those with the most that is late first; of several places only what is
    open. Three statements for each place that holds them, however many these are."""
    today, watched = clock.today(), list(_watched(actor))
    many = sum(len(codes) for _within, codes in watched) > 1
    items: dict[str, list[duties.Item]] = {}
    for within, codes in watched:
        for item in duties.calendars_of(codes, within, county_of(within), today):
            if not many or item.state in {"due", "late"}:
                items.setdefault(item.place_code, []).append(item)
    late = {code: sum(item.state == "late" for item in found) for code, found in items.items()}
    order = sorted(items, key=lambda code: (-late[code], code))
    names = places.labels(order, skip=3)
    return [
        {"code": code, "name": names.get(code, code), "items": items[code], "producers": producing.PRODUCERS,
         "open": sum(item.state in {"due", "late"} for item in items[code])}
        for code in order
    ]  # fmt: skip


@gate("disclose.draft", opens=False)
def new(request: Request) -> HttpResponse:
    """Write a document by hand."""
    place = request.POST.get("place") or request.GET.get("place", "")
    if not is_code(place):
        place = _own_place(request)
    initial = {name: request.GET.get(name, "") for name in ("board", "title", "period", "duty")}
    form = DocumentForm(request.POST or None, initial=initial)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            draft, given = _draft(form), _files(request)
            with scoped(request.actor):
                made = writing.write(actor=request.actor, place_code=place, draft=draft)
                writing.attach(actor=request.actor, document_id=made.id, files=given)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("草稿已保存，核对后提交审核。"))
            return redirect("desk:disclosure-document", pk=made.id)
    return _form(request, form, place, refusal)


def _form(
    request: Request, form: DocumentForm, place: str, refusal: Refusal | None, row: Any = None
) -> HttpResponse:
    with scoped(request.actor):
        context = {"form": form, "place": place, "label": places.label(place), "refusal": refusal,
                   "row": row, "files": selectors.attachments(row) if row else []}  # fmt: skip
        status = refusal.status if refusal else 200
        return render(request, "disclosure/form.html", context, status=status)


def _draft(form: DocumentForm) -> Draft:
    given = form.cleaned_data
    columns, rows = tables.read(given["table"])
    return Draft(
        board=given["board"], title=given["title"], body=given["body"], columns=columns,
        rows=rows, period=given["period"], duty=given["duty"],
    )  # fmt: skip


def _files(request: Request) -> list[tuple[str, Any]]:
    """What was sent, stored and looked through, before anything is locked: reading a large file takes seconds."""
    found = []
    for upload in request.FILES.getlist("files"):
        if isinstance(upload, UploadedFile) and upload.file is not None:
            name = upload.name or "file"
            body = cast("BinaryIO", upload.file)
            found.append((name, files.store_open(body, name, upload.size or 0)))
    file_texts.looks([stored for _name, stored in found])
    return found


@gate("disclose.draft", methods=("POST",), opens=False, rate="60/10m")
def count(request: Request) -> HttpResponse:
    """Make a draft that is counted from the record."""
    place, duty = request.POST.get("place", ""), request.POST.get("duty", "")
    period = request.POST.get("period", "")
    if not is_code(place):
        raise BAD_REQUEST()
    try:
        with scoped(request.actor):
            request.actor.require("disclose.draft", place_key(place))
            draft = producing.produce(
                actor=request.actor, place_code=place, duty=duty, period_key=period
            )
            made = writing.write(actor=request.actor, place_code=place, draft=draft)
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.warning(request, f"{refusal.message}{refusal.help}")
        return redirect("desk:disclosure")
    messages.success(request, _("已按记录生成草稿，请核对后提交。"))
    return redirect("desk:disclosure-document", pk=made.id)


@gate("disclose.draft", opens=False)
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Change a draft."""
    with scoped(request.actor):
        row = selectors.get(request.actor, pk)
    initial = {
        "board": row.board, "title": row.title, "period": row.period, "body": row.body,
        "table": tables.write(row.columns, row.rows), "version": row.version, "duty": row.duty,
    }  # fmt: skip
    form = DocumentForm(request.POST or None, initial=initial)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            _changed(request, row, form)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已保存。"))
            return redirect("desk:disclosure-document", pk=pk)
    return _form(request, form, row.place_code, refusal, row)


def _changed(request: Request, row: Document, form: DocumentForm) -> None:
    draft, given = _draft(form), _files(request)
    actor, version = request.actor, form.cleaned_data["version"] or 0
    with scoped(actor):
        writing.change(actor=actor, document_id=row.id, draft=draft, version=version)
        writing.attach(actor=actor, document_id=row.id, files=given)
        for one in request.POST.getlist("detach"):
            if (found := _uuid(one)) is not None:
                writing.detach(actor=actor, document_id=row.id, attachment_id=found)


#: What the buttons of the page do.
_ACTS: dict[str, Callable[[Request, UUID], Any]] = {
    "submit": lambda r, pk: writing.submit(
        actor=r.actor, document_id=pk, checked=r.POST.get("checked") == "1"
    ),
    "supervise": lambda r, pk: deciding.supervise(actor=r.actor, document_id=pk),
    "approve": lambda r, pk: deciding.approve(
        actor=r.actor, document_id=pk, seen=r.POST.getlist("seen")
    ),
    "return": lambda r, pk: deciding.send_back(
        actor=r.actor, document_id=pk, why=r.POST.get("why", "")
    ),
    "withdraw": lambda r, pk: deciding.withdraw(
        actor=r.actor, document_id=pk, why=r.POST.get("why", ""), erase=r.POST.get("erase") == "1"
    ),
    "discard": lambda r, pk: writing.discard(actor=r.actor, document_id=pk),
    "correct": lambda r, pk: deciding.correct(actor=r.actor, document_id=pk),
}
#: What is said when one was done.
_SAID = {
    "submit": gettext_lazy("已提交审核。"),
    "supervise": gettext_lazy("监督审核已通过，等批准。"),
    "approve": gettext_lazy("已公开，签名并挂在链上。"),
    "return": gettext_lazy("已退回起草人。"),
    "withdraw": gettext_lazy("已撤下公开。"),
    "discard": gettext_lazy("已作废，正文和附件都已删除。"),
    "correct": gettext_lazy("更正稿已起草，批准后代替原来的一份。"),
}


@gate("disclose.view", opens=False)
def document(request: Request, pk: UUID) -> HttpResponse:
    """One document: read it as the public will, and take its next step."""
    refusal = None
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("do", ""))
        with scoped(request.actor):
            selectors.get(request.actor, pk)
        if act is None:
            raise BAD_REQUEST()
        try:
            with scoped(request.actor):
                made = act(request, pk)
        except Refusal as error:
            if error.status == 404 or error.id == "CO403":
                raise
            refusal = error
        else:
            messages.success(request, _SAID[request.POST["do"]])
            if made is None:
                return redirect("desk:disclosure")
            return redirect("desk:disclosure-document", pk=made.id)
    with scoped(request.actor):
        row = selectors.get(request.actor, pk)
        status = refusal.status if refusal else 200
        return render(
            request, "disclosure/desk_document.html", _context(request, row, refusal), status=status
        )


def _context(request: Request, row: Document, refusal: Refusal | None) -> dict[str, Any]:
    actor, key = request.actor, row.place_key
    board = catalogue.BOARDS[row.board]
    waits = row.state == "supervised" or (row.state == "submitted" and not board.supervised)
    files = attached.of(row)
    kinds = row.found if row.is_public else steps.found_in(row, files)
    never = [kind for kind in kinds if kind in catalogue.NEVER]
    return {
        "row": row, "board": board, "refusal": refusal, "given": request.POST,
        "label": places.label(row.place_code), "code": show_receipt(row.code),
        "state": catalogue.STATES[row.state], "tone": catalogue.TONES[row.state],
        "table": tables.shaped(row.columns, row.rows), "files": files,
        "blind": [file for file in files if file.blind],
        "found": pii.titles(kinds), "never": pii.titles(never),
        "own": row.author == actor.label,
        "may_draft": row.state == "draft" and actor.can("disclose.draft", key),
        "may_discard": row.state in {"draft", "submitted"} and (
            actor.can("disclose.approve", key)
            or (row.author == actor.label and actor.can("disclose.draft", key))
        ),
        "may_supervise": row.state == "submitted" and board.supervised
        and actor.can("disclose.supervise", key),
        "may_approve": waits and actor.can("disclose.approve", key),
        "may_withdraw": row.state == "published" and actor.can("disclose.approve", key),
        "may_erase": row.state == "withdrawn" and not row.erased and actor.can("disclose.approve", key),
        "may_correct": row.state == "published" and actor.can("disclose.draft", key),
    }  # fmt: skip


@gate("disclose.view", methods=("GET",))
def attachment(request: Request, pk: UUID, digest: str) -> HttpResponse:
    """A file of a document in scope."""
    return served(*selectors.attached(selectors.get(request.actor, pk), digest))


@gate("disclose.view", methods=("GET",))
def questions(request: Request) -> HttpResponse:
    """Questions that wait for an answer, the most pressing first."""
    rows = list(selectors.waiting(request.actor)[: selectors.PAGE])
    found = selectors.titles([row.document_id for row in rows])
    shown = [(row, found.get(row.document_id)) for row in rows]
    return render(request, "disclosure/questions.html", {"rows": shown})


@gate("disclose.answer", opens=False)
def question(request: Request, pk: UUID) -> HttpResponse:
    """Answer one question."""
    refusal = None
    if request.method == "POST":
        try:
            with scoped(request.actor):
                _answered(request, pk)
        except Refusal as error:
            if error.status in {403, 404}:
                raise
            refusal = error
        else:
            return redirect("desk:disclosure-questions")
    with scoped(request.actor):
        row = selectors.question(request.actor, pk)
        context = {
            "row": row, "document": selectors.titles([row.document_id]).get(row.document_id),
            "found": pii.titles(row.found), "cleaned": pii.hidden(row.text), "refusal": refusal,
            "given": request.POST,
        }  # fmt: skip
        status = refusal.status if refusal else 200
        return render(request, "disclosure/question_desk.html", context, status=status)


def _answered(request: Request, pk: UUID) -> None:
    text = request.POST.get("answer", "")
    if request.POST.get("do") == "set-aside":
        answering.set_aside(actor=request.actor, question_id=pk, why=text)
        messages.success(request, _("已答复提问人，不公开。"))
        return
    if len(text) > 4000:
        raise errors.NOTHING_IN_IT()
    answering.answer(
        actor=request.actor, question_id=pk, text=text, cleaned=request.POST.get("text", "")
    )
    messages.success(request, _("已答复并公开。"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
