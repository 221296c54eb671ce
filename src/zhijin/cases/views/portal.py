"""A resident reports and follows, without an account."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import client_address, gate, public
from zhijin.cases import errors, receipts, selectors
from zhijin.cases.forms import contact, entered, position, stored_photos
from zhijin.cases.presenting import CaseView, kinds_for, lang, status_of, thumb_order
from zhijin.cases.services import reporter
from zhijin.cases.services.intake import Report, open_case
from zhijin.core import journal, ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import show_receipt, uuid7
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.playbooks.api import Revision, current

PLACE_COOKIE = "place"
REMEMBER = 180 * 24 * 3600


def place_of(request: HttpRequest) -> str:
    """The place the visitor chose: in the address, else remembered by this browser."""
    code = request.GET.get("place") or request.POST.get("place") or request.COOKIES.get("place", "")
    return code if places.known(code) else ""


@public(methods=("GET",))
def report_kinds(request: HttpRequest) -> HttpResponse:
    """Choose what to report; without a place, choose the place first."""
    code = place_of(request)
    if not code:
        return redirect(f"{reverse('portal:place-pick')}?to={request.path}")
    context = {"place": places.get(code), "kinds": kinds_for(code, "resident")}
    response = render(request, "cases/report_kinds.html", context)
    response.set_cookie(PLACE_COOKIE, code, max_age=REMEMBER, samesite="Lax", httponly=True)
    return response


@public(rate="20/10m", opens=False)
def report(request: HttpRequest, playbook: str) -> HttpResponse:
    """The form of one kind of report, and its submission."""
    code = place_of(request)
    if not code:
        return redirect(f"{reverse('portal:place-pick')}?to={request.path}")
    revision = current(playbook, code)
    if not revision.machine.may_open("resident"):
        raise errors.UNKNOWN_KIND(kind=playbook)
    ask = revision.playbook.opens.ask
    key = request.POST.get("idempotency_key") or str(uuid7())
    if request.method != "POST":
        response = render(request, "cases/report.html", _form(revision, code, key))
        response.set_cookie(PLACE_COOKIE, code, max_age=REMEMBER, samesite="Lax", httponly=True)
        return response
    try:
        opened = _submitted(request, ask, playbook, code, key)
    except Refusal as refusal:
        context = _form(revision, code, key)
        context |= {"refusal": refusal, "given": request.POST, "had_photos": bool(request.FILES)}
        return render(request, "cases/report.html", context, status=refusal.status)
    return redirect("portal:status", code=show_receipt(opened.code))


def _form(revision: Revision, code: str, key: str) -> dict[str, Any]:
    """The questions of one kind for residents: photos and place first, as a thumb meets them."""
    asked = thumb_order(revision.machine.asked(revision.playbook.opens.ask, "resident"))
    return {
        "place": places.get(code), "revision": revision, "key": key,
        "kind_title": revision.playbook.title.in_(lang()), "asked": asked,
        # A programme that asks for a telephone number itself is not asked for another one beside.
        "asks_contact": all(question.type != "phone" for question in asked),
    }  # fmt: skip


def _submitted(request: HttpRequest, ask: Any, playbook: str, code: str, key: str) -> Any:
    lon, lat = position(request)
    phone, name = contact(request)
    made = Report(
        playbook=playbook, channel="portal", key=key, place_code=code, lon=lon, lat=lat,
        answers=entered(request, ask), photos=stored_photos(request, ask),
        place_known=True, phone=phone, name=name,
    )  # fmt: skip
    return open_case(actor=Actor.resident(), report=made, opener="resident")


@public(methods=("GET",))
def alike(request: HttpRequest) -> HttpResponse:
    """Reports that may be the same thing, as a fragment shown while writing. Nothing personal."""
    ratelimit.hit(f"alike:{client_address(request)}", "120/m")
    code = place_of(request)
    lon, lat = position(request)
    found: list[Any] = []
    if code:
        kind = request.GET.get("playbook", "")
        text = " ".join(request.GET.get(name, "") for name in ("text", "what", "about"))[:500]
        with scoped(Actor.system("alike")):
            likely = selectors.alike(kind, text, code, lon, lat, size=3)
        found = [CaseView(one.case) for one in likely]
    return render(request, "cases/_alike.html", {"found": found})


@public(rate="60/10m")
def status_form(request: HttpRequest) -> HttpResponse:
    """Enter a status code."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            case = reporter.find(request.POST.get("code", ""))
        except Refusal as refusal:
            context = {"refusal": refusal, "code": request.POST.get("code", "")}
            return render(request, "cases/status_form.html", context, status=refusal.status)
        return redirect("portal:status", code=show_receipt(receipts.code_of(case.id)))
    return render(request, "cases/status_form.html", context)


@public(rate="30/10m", opens=False)
def status(request: HttpRequest, code: str) -> HttpResponse:
    """How a report stands: its steps, its end, and what the reporter may do now."""
    if request.method == "GET":
        ratelimit.hit(f"status:{client_address(request)}", "240/10m")
    case = reporter.find(code)
    refusal = None
    if request.method == "POST":
        try:
            _act(request, code)
        except Refusal as error:
            refusal = error
        else:
            return redirect("portal:status", code=code)
    with scoped(Actor.system("status-code")):
        shown = status_of(reporter.find(code))
        shown |= {"code": show_receipt(receipts.code_of(case.id)), "refusal": refusal}
        shown["given"] = request.POST if refusal else {}
        response = render(
            request, "cases/status.html", shown, status=refusal.status if refusal else 200
        )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _act(request: HttpRequest, code: str) -> None:
    """One of the reporter's moves, or opening again."""
    wanted = request.POST.get("move", "")
    why = request.POST.get("why", "")
    if wanted == "reopen":
        reporter.reopen(code=code, why=why)
        return
    found = reporter.find(code)
    with scoped(Actor.system("status-code")):
        ask = _questions(found, wanted)
    version = request.POST.get("version", "")
    reporter.act(
        code=code, move_id=wanted, data=entered(request, ask), why=why,
        photos=stored_photos(request, ask), seen_version=int(version) if version.isdigit() else None,
    )  # fmt: skip


def _questions(case: Any, move_id: str) -> Any:
    from zhijin.cases.machine import machine_of

    state = machine_of(case).playbook.states[case.state]
    return next((move.ask for move in state.moves if move.id == move_id), [])


@public(methods=("GET",))
def photo(request: HttpRequest, code: str, digest: str, size: str) -> HttpResponse:
    """A photo of one's own case."""
    from zhijin.cases.views.files import answer, photo_of

    case = reporter.find(code)
    with scoped(Actor.system("status-code")):
        return answer(photo_of(case, digest).file, size)


@gate("case.report", methods=("GET",))
def receipt(request: HttpRequest, pk: Any) -> HttpResponse:
    """The slip with the status code, printed at the counter for the reporter.

    Whoever has the code can confirm the case as its reporter. So only the one who registered it
    at the desk for somebody may print it (not a worker who would confirm their own work), and
    every look is journalled.
    """
    actor = request.actor  # type: ignore[attr-defined]
    case = selectors.get(actor, pk)
    if case.channel != "desk" or case.reporter != actor.label:
        raise errors.NOT_YOURS(owner=_("登记人"))
    journal.write(actor, "case.receipt", case.record, place_key=case.place_key)
    code = receipts.code_of(case.id)
    address = settings.ZHIJIN_ORIGIN + reverse("portal:status", args=[show_receipt(code)])
    context = {
        "case": CaseView(case), "code": show_receipt(code), "title": _("上报回执"),
        "address": settings.ZHIJIN_ORIGIN + reverse("portal:status-form"),
        "picture": segno.make(address, error="m").svg_data_uri(scale=4, border=2),
    }  # fmt: skip
    return render(request, "cases/receipt.html", context)
