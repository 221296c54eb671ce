"""The three administrators' desks: accounts (system), grants (security), journal (audit)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from zhijin.access import services
from zhijin.access.gates import gate
from zhijin.access.models import Account, RoleGrant
from zhijin.access.selectors import current_grants
from zhijin.core import journal as core_journal
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.ids import is_code
from zhijin.core.models import JournalEntry
from zhijin.core.roles import ROLES

PAGE = 50


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


@gate("account.manage")
def accounts(request: HttpRequest) -> HttpResponse:
    """Find and make accounts."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            made = services.create_account(
                actor=request.actor,  # type: ignore[attr-defined]
                username=request.POST.get("username", "").strip(),
                name=request.POST.get("name", "").strip(),
                password=None,
            )
        except Refusal as refusal:
            context["refusal"] = refusal
        else:
            return redirect("desk:account", pk=made.pk)
    rows = Account.objects.order_by("username")
    if term := request.GET.get("q", "").strip():
        rows = rows.filter(username__contains=term) | rows.filter(name__contains=term)
    context |= {"page": _page(request, rows), "q": term}
    return render(request, "access/accounts.html", context)


@gate("account.manage")
def account(request: HttpRequest, pk: Any) -> HttpResponse:
    """One account: stop, restore, reset its password (shown once)."""
    found = get_object_or_404(Account, pk=pk)
    context: dict[str, Any] = {"account": found}
    if request.method == "POST":
        actor = request.actor  # type: ignore[attr-defined]
        match request.POST.get("do"):
            case "reset":
                context["password"] = services.reset_password(actor=actor, account=found)
            case "stop":
                services.set_active(actor=actor, account=found, active=False)
            case "restore":
                services.set_active(actor=actor, account=found, active=True)
            case _:
                raise BAD_REQUEST()
    return render(request, "access/account.html", context)


@gate("grant.manage", methods=("GET",))
def grants(request: HttpRequest) -> HttpResponse:
    """Who holds what where."""
    rows = current_grants().select_related("account").order_by("account__username", "role")
    if term := request.GET.get("q", "").strip():
        rows = rows.filter(account__username__contains=term) | rows.filter(
            account__name__contains=term
        )
    role = request.GET.get("role", "")
    if role:
        rows = rows.filter(role=role)
    context = {"page": _page(request, rows), "q": term, "roles": ROLES.values(), "role": role}
    return render(request, "access/grants.html", context)


@gate("grant.manage")
def account_grants(request: HttpRequest, pk: Any) -> HttpResponse:
    """Give and end one account's grants."""
    found = get_object_or_404(Account, pk=pk)
    actor = request.actor  # type: ignore[attr-defined]
    refusal = None
    if request.method == "POST":
        try:
            if request.POST.get("do") == "revoke":
                given = get_object_or_404(RoleGrant, pk=request.POST.get("grant"), account=found)
                services.revoke(actor=actor, grant=given)
            else:
                code = request.POST.get("place", "").strip()
                if not is_code(code):
                    raise BAD_REQUEST(fields={"place": _("请填写区划代码，例如 530602105207。")})
                services.grant_role(
                    actor=actor, account=found, role=request.POST.get("role", ""), place_code=code
                )
            messages.success(request, _("授权已更新，已记入审计日志。"))
            return redirect("desk:account-grants", pk=pk)
        except Refusal as error:
            refusal = error
    rows = current_grants().filter(account=found).order_by("role")
    context = {"account": found, "grants": rows, "roles": ROLES.values(), "refusal": refusal}
    return render(request, "access/account_grants.html", context)


@gate("journal.read", methods=("GET",))
def journal(request: HttpRequest) -> HttpResponse:
    """Who did or saw what: by person, by record, by action; reading it is journalled too."""
    rows = JournalEntry.objects.order_by("-id")
    wanted = {name: request.GET.get(name, "").strip() for name in ("actor", "object", "action")}
    if wanted["actor"]:
        rows = rows.filter(actor_name__contains=wanted["actor"])
    if wanted["object"]:
        rows = rows.filter(object=wanted["object"])
    if wanted["action"]:
        rows = rows.filter(action__startswith=wanted["action"])
    before = request.GET.get("before", "")
    if before.isdigit():
        rows = rows.filter(id__lt=int(before))
    entries = list(rows[: PAGE + 1])
    core_journal.write(request.actor, "journal.read", "journal:list", detail=wanted)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "entries": entries[:PAGE],
        "more": entries[PAGE - 1].id if len(entries) > PAGE else None,
        "wanted": wanted,
        "verdict": core_journal.verify() if "verify" in request.GET else None,
    }
    return render(request, "access/journal.html", context)
