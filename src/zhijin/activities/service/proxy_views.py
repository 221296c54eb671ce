"""Applications on another's behalf on the desk: what is due, taking one on, and where each paper is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.models import Proxy, ProxyConsent, ProxyPaper, ProxyStep
from zhijin.activities.service import proxy_programme, proxy_reading, proxying, showing
from zhijin.activities.service.proxying import PERMISSION, Given, Moved, Wanted
from zhijin.activities.views import common
from zhijin.activities.views.common import Act
from zhijin.core import clock, files
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.ids import show_receipt, uuid7
from zhijin.core.models import StoredFile
from zhijin.orgs import api as orgs
from zhijin.people import api as people

#: How long a consent lasts unless another day is chosen.
USUAL = timedelta(days=30)
PAPERS = range(4)
#: On whose account applications are taken on: a community's own organisations.
HELPING = orgs.Question(("party",), PERMISSION, orgs.FEW, ground=True)
#: What is taken from a person; mostly copies.
_SORTS = [(kind.value, kind.label) for kind in (ProxyPaper.Kind.COPY, ProxyPaper.Kind.ORIGINAL)]


@gate(PERMISSION, methods=("GET",))
def proxies(request: Request) -> HttpResponse:
    """What was taken on, the most late first."""
    counts = proxy_reading.counts(request.actor)
    view = request.GET.get("view", "")
    if view not in proxy_reading.VIEWS:
        view = "late" if counts["late"] else "open"
    found = proxy_reading.listed(request.actor, view)
    rows = page = Paginator(found, proxy_reading.PAGE).get_page(request.GET.get("page"))
    now = clock.now()
    context = {
        "tabs": showing.tabs("proxies", request.actor), "views": _views(view, counts), "page": page,
        "rows": [(row, proxy_reading.is_late(row, now), _title(row)) for row in rows],
        "places": showing.names_of(row.place_code for row in rows), "can": bool(_own(request.actor)),
    }  # fmt: skip
    return render(request, "activities/service/proxies.html", context)


def _views(view: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    names = {"late": _("逾期"), "open": _("在办"), "closed": _("已送达")}
    here = reverse("desk:proxies")
    return [
        {"label": f"{name} {counts[key]}", "url": f"{here}?view={key}", "current": key == view}
        for key, name in names.items()
    ]


def _own(actor: Actor) -> list[orgs.Organisation]:
    """Party organisations of communities where the viewer takes applications on."""
    rows = orgs.visible(actor).filter(kind__in=orgs.PARTY_KINDS, valid_to=None)
    return [
        org for org in rows.order_by("place_key", "key")[: common.OFFERED]
        if len(org.place_code) == 12
        and actor.can(PERMISSION, org.place_key, org_keys=(org.key,), line_keys=org.line_keys)
    ]  # fmt: skip


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _title(row: Proxy) -> str:
    """What is applied for, in the reader's language."""
    kind = proxy_programme.PROGRAMMES.revision(row.revision_id).model.kind(row.kind)
    return kind.title.in_(_lang()) if kind is not None else row.title


@gate(PERMISSION)
def proxy_new(request: Request) -> HttpResponse:
    """Take an application on: who, what, which papers, and the consent it rests on."""
    own = _own(request.actor)
    if not own:
        raise NOT_FOUND()
    who = people.pick_resident(request.actor, request.POST, "name", free=True)
    context: dict[str, Any] = {
        "picked": common.org_asked(request, HELPING), "who": who, "given": request.POST,
    }  # fmt: skip
    if request.method == "POST":
        try:
            with transaction.atomic():
                made, code = proxying.open_proxy(
                    actor=request.actor,
                    org_key=context["picked"].needed(),
                    wanted=_wanted(request, who),
                )
        except Refusal as refusal:
            context["refusal"] = refusal
        else:
            return _page(request, made, {"code": show_receipt(code), "given": {}})
    programme = proxy_programme.current(own[0].place_code)
    today = clock.today()
    context |= {
        "kinds": [(kind, kind.title.in_(_lang())) for kind in programme.model.kinds],
        "hows": ProxyConsent.How.choices, "sorts": _SORTS, "papers": PAPERS,
        "until": today + USUAL, "today": today,
        "key": showing.maybe_uuid(request.POST.get("key", "")) or uuid7(),
        "latest": today + timedelta(days=programme.model.longest),
        "longest": programme.model.longest,
    }  # fmt: skip
    status = context["refusal"].status if "refusal" in context else 200
    return render(request, "activities/service/proxy_new.html", context, status=status)


def _wanted(request: Request, who: people.PickedResident) -> Wanted:
    """What the form says. Raises CO400, also while it is open which resident of the name is meant."""
    say = request.POST.get
    if not who.settled:
        raise BAD_REQUEST(fields={"name": who.wrong()})
    papers = [
        (title, say(f"sort-{at}", ProxyPaper.Kind.COPY))
        for at in PAPERS
        if (title := say(f"paper-{at}", "").strip())
    ]
    return Wanted(
        say("kind", ""), say("name", ""), say("what", ""), _given(request), say("phone", ""), papers,
        who.person_id, showing.maybe_uuid(say("key", "")),
    )  # fmt: skip


def _given(request: Request) -> Given:
    say = request.POST.get
    until = showing.day(say("until", ""))
    if until is None:
        raise BAD_REQUEST(fields={"until": _("请填写日期。")})
    return Given(say("how", ""), say("told", ""), until, _photo(request))


def _photo(request: Request) -> str:
    """The digest of an uploaded photo, empty without one. Raises FL001–FL003."""
    found = showing.photos(request)
    return found[0] if found else ""


@gate(PERMISSION)
def proxy(request: Request, pk: UUID) -> HttpResponse:
    """One application: its consent, its papers and their ways; what may be done next."""
    found = proxy_reading.visible(request.actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    more: dict[str, Any] = {}
    if request.method == "POST":
        if request.POST.get("do") == "code":
            more["code"] = show_receipt(proxying.code_for(actor=request.actor, proxy_id=pk))
        elif request.POST.get("do") == "contact":
            more["who"] = proxying.contact(actor=request.actor, proxy_id=pk)
        else:
            back = reverse("desk:proxy", args=[pk])
            done = common.act(request, _acts(request, found), back)
            if isinstance(done, HttpResponse):
                return done
            more["refusal"] = done
    return _page(request, found, more)


def _page(request: Request, found: Proxy, more: dict[str, Any]) -> HttpResponse:
    actor = request.actor
    context = {
        "row": found, "title": _title(found), "late": proxy_reading.is_late(found),
        "whole": proxy_reading.whole(found), "place": showing.place(found.place_code),
        "can": actor.can(
            PERMISSION, found.place_key, org_keys=(found.org_key or 0,), line_keys=found.line_keys
        ),
        "hows": ProxyConsent.How.choices, "sorts": _SORTS, "given": request.POST,
        "until": clock.today() + USUAL, "going": found.state in ("open", "submitted"),
        "link": request.build_absolute_uri(reverse("portal:proxy-code")),
    }  # fmt: skip
    refusal = more.get("refusal")
    status = refusal.status if refusal is not None else 200
    answer = render(request, "activities/service/proxy.html", context | more, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _acts(request: Request, found: Proxy) -> Mapping[str, Act]:
    say, actor, pk = request.POST.get, request.actor, found.id

    def take() -> str:
        proxying.take_paper(actor=actor, proxy_id=pk, title=say("title", ""), sort=say("sort", ""))
        return _("已记下。")

    def move() -> str:
        moved = Moved(
            say("step", ""), say("note", ""), say("carrier", ""), say("number", ""), say("code", ""),
            _photo(request),
        )  # fmt: skip
        proxying.move_paper(
            actor=actor, proxy_id=pk, paper_id=common.uuid(request, "paper"), moved=moved
        )
        return _("已记下。")

    def submit() -> str:
        proxying.submit(actor=actor, proxy_id=pk, office=say("office", ""))
        return _("已登记递交，材料都在窗口。")

    def decide() -> str:
        results = [line.strip() for line in say("results", "").splitlines() if line.strip()]
        proxying.decide(
            actor=actor, proxy_id=pk, done=say("done") == "1", said=say("said", ""), results=results[:10]
        )  # fmt: skip
        return _("已登记办结，请把材料送到本人手里。")

    def renew() -> str:
        proxying.renew(actor=actor, proxy_id=pk, given=_given(request))
        return _("新的委托已登记。")

    def withdraw() -> str:
        proxying.withdraw(actor=actor, proxy_id=pk, how=say("how", ""))
        return _("委托已撤回，请把材料退还本人。")

    return {"take": take, "move": move, "submit": submit, "decide": decide, "renew": renew,
            "withdraw": withdraw}  # fmt: skip


@gate(PERMISSION, methods=("GET",))
def proxy_photo(request: Request, pk: UUID, digest: str) -> HttpResponse:
    """A photographed consent or receipt of an application."""
    found = proxy_reading.visible(request.actor).filter(id=pk).first()
    if found is None or not _photographed(found, digest):
        raise NOT_FOUND()
    stored = StoredFile.objects.filter(digest=digest).first()
    path = files.path_of(digest)
    if stored is None or not path.exists():
        raise NOT_FOUND()
    answer = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = f'inline; filename="{digest[:12]}.jpg"'
    return answer


def _photographed(found: Proxy, digest: str) -> bool:
    of_it = {"proxy_id": found.id, "photo": digest}
    return bool(digest) and (
        ProxyConsent.objects.filter(**of_it).exists() or ProxyStep.objects.filter(**of_it).exists()
    )
