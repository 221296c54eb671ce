"""The list of organisations with its counts by sector and place; one organisation; registering and changing."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.ids import is_code, place_key
from zhijin.orgs import counting, selectors, services, words
from zhijin.orgs.forms import EndForm, OrganisationForm
from zhijin.orgs.models import Organisation
from zhijin.orgs.selectors import Filter
from zhijin.places import api as places

STATES = ("current", "leaderless", "overdue", "uncovered", "ended")


def state_names() -> dict[str, str]:
    """What the list can be narrowed to."""
    return {
        "current": _("现有"),
        "leaderless": _("缺负责人"),
        "overdue": _("届满未换"),
        "uncovered": _("未覆盖"),
        "ended": _("已撤销"),
    }


def read_filter(request: Request) -> Filter:
    """The filter that the address names; what makes no sense narrows nothing."""
    get = request.GET.get
    place, sector, industry = get("place", ""), get("sector", ""), get("industry", "")
    state, kind = get("state", "current"), get("kind", "")
    return Filter(
        place=place if is_code(place) and len(place) <= 12 else "",
        sector=int(sector) if sector.isascii() and sector.isdigit() and len(sector) == 1 else None,
        industry=int(industry)
        if industry.isascii() and industry.isdigit() and len(industry) < 5
        else None,
        kind=kind if kind in words.KINDS or kind == "party" else "",
        q=get("q", "").replace("\0", "").strip()[:60],
        state=state if state in STATES else "current",
    )


@gate("org.view", methods=("GET",))
def orgs(request: Request) -> HttpResponse:
    """Organisations in one's scope: counts and health by sector, by place, and the list."""
    wanted = read_filter(request)
    after = request.GET.get("after", "")
    rows, following = selectors.page_after(selectors.listing(request.actor, wanted), after)
    counts = counting.counts(request.actor, wanted.place)
    named = places.get_many(code for org in rows for code in (org.place_code,))
    context: dict[str, Any] = {
        "wanted": wanted,
        "rows": [(org, named.get(org.place_code)) for org in rows],
        "next": _with(request, after=following) if following else "",
        "first": _with(request, after="") if after else "",
        "counts": counts,
        "sectors": [(n, words.SECTORS[n], tally) for n, tally in counts.by_sector.items()],
        "areas": _areas(counts, wanted.place),
        "coverage": selectors.coverage(request.actor, wanted.place),
        "sector_names": words.SECTORS.items(),
        "industry_names": words.INDUSTRIES.items(),
        "kind_names": words.KINDS.items(),
        "states": state_names().items(),
        "chain": chain(wanted.place),
        "can_edit": request.actor.can("org.edit"),
    }
    return render(request, "orgs/orgs.html", context)


def _with(request: Request, **changes: str) -> str:
    values = request.GET.copy()
    for name, value in changes.items():
        values[name] = value
        if not value:
            del values[name]
    return "?" + values.urlencode()


def _areas(counts: counting.Counts, place: str) -> list[tuple[str, str, counting.Tally]]:
    """(code, name, tally) of each place one level down; the asked place itself stands for what lies at
    its own level."""
    known = places.get_many(counts.by_place)
    out = []
    for code in counts.by_place:
        name = known[code].short if code in known else code
        own = _("{name}本级").format(name=name) if code == place else name
        out.append((code, own, counts.place_total(code)))
    return out


def chain(code: str) -> list[tuple[str, str]]:
    """Breadcrumbs through the list's places."""
    base = reverse("desk:orgs")
    out = [(_("全部"), base)]
    if code:
        line = [*places.ancestors(code), *filter(None, [places.find(code)])]
        out += [(place.short, f"{base}?place={place.code}") for place in line]
    return out


@gate("org.view")
def org(request: Request, key: int) -> HttpResponse:
    """One organisation: its data, posts and holders, what is below it, what it was before."""
    found = selectors.get(request.actor, key)
    form = EndForm(initial={"on": clock.today()})
    refusal = None
    if request.method == "POST":
        form = EndForm(request.POST)
        if form.is_valid():
            try:
                with transaction.atomic():
                    services.end_organisation(actor=request.actor, key=key, **form.cleaned_data)
            except Refusal as error:
                refusal = error
            else:
                messages.success(request, _("组织已撤销，历史仍然保留。"))
                return redirect("desk:org", key=key)
    return render(
        request, "orgs/org.html", _about(request, found) | {"form": form, "refusal": refusal}
    )


def _about(request: Request, found: Organisation) -> dict[str, Any]:
    actor = request.actor
    near = selectors.by_keys(actor, [k for k in (found.parent_id, found.covered_by_id) if k])
    below = selectors.visible(actor).filter(parent_id=found.key, valid_to=None)
    posts = selectors.visible_posts(actor).filter(org=found)
    return {
        "org": found,
        "place": places.find(found.place_code),
        "chain": chain(found.place_code),
        "parent": near.get(found.parent_id or 0),
        "covered_by": near.get(found.covered_by_id or 0),
        "children": below.order_by("place_key", "key")[:50],
        "below": below.count(),
        "holders": selectors.appointments_of(actor, found),
        "former": selectors.appointments_of(actor, found, past=True)[:20],
        "posts": sorted(posts, key=lambda p: list(words.POST_KINDS).index(p.kind)),
        "spells": found.spells.order_by("-valid_from"),
        "overdue": found.term_ends is not None and found.term_ends < clock.today(),
        "can_edit": found.valid_to is None
        and actor.can(
            "org.edit", found.place_key, org_keys=(found.key,), line_keys=found.line_keys
        ),
    }


@gate("org.edit")
def org_new(request: Request) -> HttpResponse:
    """Register an organisation."""
    place = request.GET.get("place", "")
    if not (is_code(place) and request.actor.can("org.edit", place_key(place))):
        place = ""  # the page that was come from shows more than may be registered in
    form = OrganisationForm(
        request.POST or None, initial={"place_code": place}, actor=request.actor
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = services.register_organisation(actor=request.actor, **_values(request, form))
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("组织已登记。"))
            return redirect("desk:org", key=made.key)
    return render(request, "orgs/org_form.html", {"form": form, "refusal": refusal, "org": None})


@gate("org.edit")
def org_edit(request: Request, key: int) -> HttpResponse:
    """Change an organisation; what it was before is kept."""
    found = selectors.get(request.actor, key)
    named = {"parent": found.parent_id, "covered_by": found.covered_by_id}
    seen = selectors.by_keys(request.actor, [one for one in named.values() if one])
    initial = _initial(found) | {name: _shown(seen.get(one or 0)) for name, one in named.items()}
    form = OrganisationForm(request.POST or None, initial=initial, actor=request.actor)
    # What the viewer may not see stays as it is.
    kept = [name for name, one in named.items() if one and one not in seen]
    for name in kept:
        del form.fields[name]
    refusal = None
    if request.method == "POST" and form.is_valid():
        values = _values(request, form)
        version = form.cleaned_data["version"]
        values.pop("kind")
        try:
            with transaction.atomic():
                services.change_organisation(
                    actor=request.actor, key=key, version=version, **values
                )
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk:org", key=key)
    form.fields["kind"].widget = django_forms.HiddenInput()
    context = {"form": form, "refusal": refusal, "org": found, "kept": kept}
    return render(request, "orgs/org_form.html", context)


def _shown(org: Organisation | None) -> str:
    """What a field of the form begins with: one that has ended is named, and another to be chosen."""
    if org is None:
        return ""
    return org.name if org.valid_to else str(org.key)


def _initial(org: Organisation) -> dict[str, Any]:
    names = ("name", "kind", "sector", "industry", "place_code", "credit_code", "employees",
             "members", "version")  # fmt: skip
    return {name: getattr(org, name) for name in names}


def _values(request: Request, form: OrganisationForm) -> dict[str, Any]:
    values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    for name in ("parent", "covered_by"):
        if name in values:
            key = values[name]
            values[name] = selectors.get(request.actor, int(key)) if key else None
    return values
