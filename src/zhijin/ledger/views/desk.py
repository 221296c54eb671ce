"""Points on the desk: what waits, entering a deed, one award with its evidence and what was said to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.access.api import Request, gate
from zhijin.core import clock, files
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.models import StoredFile
from zhijin.core.scope import scoped
from zhijin.ledger import forms
from zhijin.ledger.models import Appeal, Award, Book
from zhijin.ledger.points import appeals, awards, holders, reads, starting
from zhijin.ledger.points.common import rules_of
from zhijin.ledger.rules import DEED, told
from zhijin.ledger.views.common import (
    chosen,
    day_of,
    holder_of,
    labelled,
    lang,
    own_village,
    photos_of,
    uuid_of,
)

TONES = {"posted": "ok", "proposed": "info", "checked": "warn", "unclaimed": "", "refused": "late"}


@gate("ledger.view", methods=("GET",))
def points(request: Request) -> HttpResponse:
    """What waits for somebody, by state; and the programmes that run here, or could."""
    actor = request.actor
    state = request.GET.get("state", "")
    state = state if state in reads.TABS else Award.State.PROPOSED
    rows = reads.listing(actor, state, before=uuid_of(request.GET.get("after")))
    counts = reads.counts(actor)
    titles = reads.titles(rows, lang())
    village = own_village(request)
    books = reads.books(actor)
    there = {book.programme for book in books if book.place_code == village}
    context = {
        "tabs": [
            {"label": Award.State(one).label, "url": f"?state={one}", "current": one == state,
             "count": counts.get(one, 0) if one in reads.WAITING else None} for one in reads.TABS
        ],
        "rows": [(row, titles[row.id], TONES.get(row.state, "")) for row in rows],
        "after": rows[-1].id if len(rows) == reads.PAGE else "", "state": state,
        "appeals": _appeals(request), "books": labelled(books), "village": village,
        "could": [one.model for one in forms.at(village) if one.name not in there]
        if village and actor.can("ledger.close") else [],
        "can_enter": actor.can("ledger.post") and bool(books), "lang": lang(),
    }  # fmt: skip
    return render(request, "ledger/points.html", context)


def _appeals(request: Request) -> list[tuple[Appeal, Award]]:
    rows = list(reads.open_appeals(request.actor)[:20])
    found = {a.id: a for a in Award.objects.filter(id__in=[row.award_id for row in rows])}
    return [(row, found[row.award_id]) for row in rows if row.award_id in found]


@gate("ledger.close", methods=("POST",), opens=False, rate="20/h")
def start(request: Request) -> HttpResponse:
    """Let a programme hold in one's village."""
    village, programme = own_village(request), request.POST.get("programme", "")
    if not village:
        raise BAD_REQUEST()
    with scoped(request.actor):
        book = starting.start(actor=request.actor, place_code=village, programme=programme)
    messages.success(request, _("已启用：{title}。").format(title=book.title))
    return redirect("desk:points")


@gate("ledger.post", opens=False, rate="240/h")
def enter(request: Request) -> HttpResponse:
    """Enter a deed: which rule, whose, when, with what evidence."""
    refusal = None
    if request.method == "POST":
        try:
            with scoped(request.actor):
                made = _entered(request)
        except Refusal as error:
            if error.status in {403, 404} and error.id.startswith("CO"):
                raise
            refusal = error
        else:
            messages.success(request, _("已登记，等另一个人核对。"))
            return redirect("desk:points-award", pk=made.id)
    with scoped(request.actor):
        context = _form(request) | {"refusal": refusal, "given": request.POST}
        return render(
            request, "ledger/enter.html", context, status=refusal.status if refusal else 200
        )


def _entered(request: Request) -> Award:
    book = chosen(request)
    holder = holder_of(book, request.POST.get("who", ""))
    return awards.enter(
        actor=request.actor, book=book, rule_id=request.POST.get("rule", ""), holder=holder,
        day=day_of(request.POST.get("day")), note=request.POST.get("note", ""),
        photos=photos_of(request),
    )  # fmt: skip


def _form(request: Request) -> dict[str, Any]:
    """The books, and the rules of the chosen one."""
    books = reads.books(request.actor)
    wanted = uuid_of(request.POST.get("book") or request.GET.get("book"))
    book: Book | None = next(
        (one for one in books if one.id == wanted), books[0] if books else None
    )
    if book is None:
        raise NOT_FOUND()
    rules = rules_of(book)
    return {
        "books": labelled(books), "book": book, "programme": rules,
        "rules": [(rule, told(rule, lang())) for rule in rules.rules if rule.given_by == DEED],
        "today": clock.today().isoformat(),
        "members": holders.members(book.place_code) if rules.holder == "member" else [],
    }  # fmt: skip


#: What the buttons of one award do.
_ACTS: dict[str, Callable[[Request, UUID], Any]] = {
    "check": lambda r, pk: awards.check(actor=r.actor, award_id=pk),
    "refuse": lambda r, pk: awards.refuse(actor=r.actor, award_id=pk, why=r.POST.get("why", "")),
    "told": lambda r, pk: awards.told(actor=r.actor, award_id=pk, how=r.POST.get("how", "")),
    "take-back": lambda r, pk: awards.take_back(
        actor=r.actor, award_id=pk, why=r.POST.get("why", "")
    ),
    "answer": lambda r, _pk: appeals.answer(
        actor=r.actor, appeal_id=uuid_of(r.POST.get("appeal")) or UUID(int=0),
        upheld=r.POST.get("upheld") == "1", text=r.POST.get("text", ""),
    ),
}  # fmt: skip
#: What is said when one was done.
_SAID = {
    "check": gettext_lazy("已核对。"),
    "refuse": gettext_lazy("已登记不予记分。"),
    "told": gettext_lazy("已登记告知本人。"),
    "take-back": gettext_lazy("已冲销，账上两笔都在。"),
    "answer": gettext_lazy("已答复，本人在积分卡页面看得到。"),
}


@gate("ledger.view", opens=False)
def award(request: Request, pk: UUID) -> HttpResponse:
    """One award: what it rests on, who did what, what the household says; and its next step."""
    refusal = None
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("do", ""))
        with scoped(request.actor):
            reads.award(request.actor, pk)
        if act is None:
            raise BAD_REQUEST()
        try:
            with scoped(request.actor):
                act(request, pk)
        except Refusal as error:
            if error.status == 404 or error.id == "CO403":
                raise
            refusal = error
        else:
            messages.success(request, _SAID[request.POST["do"]])
            return redirect("desk:points-award", pk=pk)
    with scoped(request.actor):
        context = _context(request, reads.award(request.actor, pk), refusal)
        return render(
            request, "ledger/award.html", context, status=refusal.status if refusal else 200
        )


def _context(request: Request, row: Award, refusal: Refusal | None) -> dict[str, Any]:
    actor = request.actor
    programme = forms.revision(row.revision_id).model
    rule = programme.rule(row.rule)
    own = row.proposed_by == actor.label
    state = row.state
    may_post = actor.can("ledger.post", row.place_key)
    may_close = actor.can("ledger.close", row.place_key)
    return {
        "row": row, "rule": rule, "says": told(rule, lang()) if rule else row.rule,
        "programme": programme, "title": rule.title.in_(lang()) if rule else row.rule,
        "tone": TONES.get(state, ""), "refusal": refusal, "given": request.POST,
        "said": reads.said([row.id]).get(row.id, []), "own": own,
        "may_check": may_post and state == Award.State.PROPOSED,
        "may_refuse": may_post and state in {Award.State.PROPOSED, Award.State.CHECKED},
        "may_tell": may_post and row.told_at is None and state not in {
            Award.State.PROPOSED, Award.State.UNCLAIMED, Award.State.LAPSED, Award.State.REVERSED},
        "may_take_back": may_close and state == Award.State.POSTED,
        "may_answer": may_close and actor.label not in {row.proposed_by, row.checked_by},
    }  # fmt: skip


@gate("ledger.view", methods=("GET",))
def photo(request: Request, pk: UUID, digest: str) -> HttpResponse:
    """A photo that an award rests on."""
    row = reads.award(request.actor, pk)
    stored = StoredFile.objects.filter(digest=digest).first()
    if digest not in row.evidence or stored is None:
        raise NOT_FOUND()
    path = files.path_of(digest)
    if not path.exists():
        raise NOT_FOUND()
    response = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response
