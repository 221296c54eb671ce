"""The desks of the system administrator (accounts) and the security officer (grants)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhijin.access import presenting, services
from zhijin.access.errors import PLACE_NEEDED
from zhijin.access.gates import gate
from zhijin.access.http import Request
from zhijin.access.models import Account, RoleGrant
from zhijin.access.selectors import clock_wall, current_grants, held_keys, is_administrator
from zhijin.core import finders
from zhijin.core.clock import TZ
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.ids import is_code, line_span
from zhijin.core.roles import ROLES

PAGE = 50


def _page(request: Request, rows: Any) -> Any:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def _matching(term: str, prefix: str = "") -> Q:
    return Q(**{f"{prefix}username__icontains": term}) | Q(**{f"{prefix}name__icontains": term})


@gate("account.manage")
def accounts(request: Request) -> HttpResponse:
    """Find and make accounts."""
    context: dict[str, Any] = {"posted": request.POST}
    if request.method == "POST":
        try:
            made = services.create_account(
                actor=request.actor,
                username=request.POST.get("username", "").strip(),
                name=request.POST.get("name", "").strip(),
                password=None,
                is_program=request.POST.get("program") == "1",
            )
        except Refusal as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, _("账号已建立。下一步：发一次性密码，再请安全管理员授权。"))
            return redirect("desk:account", pk=made.pk)
    rows = Account.objects.order_by("username")
    if term := request.GET.get("q", "").strip():
        rows = rows.filter(_matching(term))
    context |= {"page": _page(request, rows), "q": term, "now": clock_wall()}
    status = context["refusal"].status if "refusal" in context else 200
    return render(request, "access/accounts.html", context, status=status)


@gate("account.manage")
def account(request: Request, pk: UUID) -> HttpResponse:
    """One account: stop, restore, reset its password, its identity elsewhere and its keys."""
    found = get_object_or_404(Account, pk=pk)
    context: dict[str, Any] = {"account": found, "now": clock_wall()}
    if request.method == "POST":
        try:
            context |= _change_account(request, found)
        except Refusal as refusal:
            context["refusal"] = refusal
    context["keys"] = found.keys.order_by("-created_at")
    context["guarded"] = is_administrator(found)
    context["own"] = request.actor.id == str(found.id)
    status = context["refusal"].status if "refusal" in context else 200
    return render(request, "access/account.html", context, status=status)


def _change_account(request: Request, found: Account) -> dict[str, Any]:
    """Do what the pressed button says; what is returned is shown on the page."""
    actor, posted = request.actor, request.POST
    match posted.get("do"):
        case "reset":
            return {"password": services.reset_password(actor=actor, account=found)}
        case "stop" | "restore" as wanted:
            services.set_active(actor=actor, account=found, active=wanted == "restore")
        case "identity":
            services.link_identity(actor=actor, account=found, subject=posted.get("subject", ""))
        case "key":
            days = posted.get("days", "")
            ends = clock_wall() + timedelta(days=int(days)) if days in {"30", "90", "365"} else None
            label = posted.get("label", "").strip() or found.username
            return {
                "key": services.issue_key(actor=actor, account=found, label=label, ends_at=ends)
            }
        case "end-key":
            services.end_key(actor=actor, account=found, hint=posted.get("hint", ""))
        case _:
            raise BAD_REQUEST()
    messages.success(request, _("已保存，并记入审计日志。"))
    return {}


@gate("grant.manage", methods=("GET",))
def grants(request: Request) -> HttpResponse:
    """Who holds what where; and accounts to give something to."""
    rows = current_grants().select_related("account").order_by("account__username", "role", "id")
    waiting = Account.objects.filter(held_at__isnull=False).order_by("held_at")
    context: dict[str, Any] = {
        "roles": presenting.role_choices(), "waiting": waiting[:PAGE], "keys": held_keys()[:PAGE],
    }  # fmt: skip
    if term := request.GET.get("q", "").strip():
        rows = rows.filter(_matching(term, "account__"))
        context["found"] = Account.objects.filter(_matching(term)).order_by("username")[:20]
    role = request.GET.get("role", "")
    if role in ROLES:
        rows = rows.filter(role=role)
    picked = finders.find("place", request.actor, request.GET, "place", "grant.manage")
    if picked.code:
        rows = rows.filter(place_code__startswith=picked.code)
    page = _page(request, rows)
    context |= {"page": page, "rows": presenting.held(page), "q": term, "role": role}
    context["picked"] = picked
    return render(request, "access/grants.html", context)


@gate("grant.manage")
def account_grants(request: Request, pk: UUID) -> HttpResponse:
    """Give and end one account's grants."""
    found = get_object_or_404(Account, pk=pk)
    refusal = None
    if request.method == "POST":
        try:
            _change_grants(request, found)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("授权已更新，并记入审计日志。"))
            return redirect("desk:account-grants", pk=pk)
    given = RoleGrant.objects.filter(account=found).select_related("account")
    current = current_grants().filter(account=found)
    ended = given.exclude(pk__in=current.values("pk")).order_by("-valid_to")[:20]
    context = {
        "account": found, "grants": presenting.held(current.select_related("account")),
        "ended": presenting.held(ended), "roles": presenting.role_choices(),
        "refusal": refusal, "posted": request.POST if refusal else {},
        "keys": held_keys().filter(account=found),
        **{
            kind: finders.find(kind, request.actor, request.POST if refusal else {}, kind, "grant.manage")
            for kind in ("place", "line", "org")
        },
    }  # fmt: skip
    return render(
        request, "access/account_grants.html", context, status=refusal.status if refusal else 200
    )


def _change_grants(request: Request, found: Account) -> None:
    posted = request.POST
    if posted.get("do") == "confirm":
        services.confirm_way_in(actor=request.actor, account=found)
        return
    if posted.get("do") == "confirm-key":
        services.confirm_key(actor=request.actor, account=found, hint=posted.get("hint", ""))
        return
    if posted.get("do") == "revoke":
        try:
            wanted = UUID(posted.get("grant", ""))
        except ValueError as error:
            raise BAD_REQUEST() from error
        given = get_object_or_404(RoleGrant, pk=wanted, account=found)
        services.revoke(actor=request.actor, grant=given)
        return
    code, line, org = (
        finders.find(kind, request.actor, posted, kind, "grant.manage").sure()
        for kind in ("place", "line", "org")
    )
    if line and (org or not is_code(code)):
        why = _("条线和组织只能选一个。") if org else _("选了条线，还要写明在哪个地方。")
        raise PLACE_NEEDED(fields={"line": why})
    services.grant_role(
        actor=request.actor, account=found, role=posted.get("role", ""), place_code=code,
        line=line_span(int(line), code) if line else None, org_key=int(org) if org else None,
        valid_to=_end_of(posted.get("until", "")),
    )  # fmt: skip


def _end_of(text: str) -> datetime | None:
    """The end of a day in China; None for no day. Raises CO400."""
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        raise BAD_REQUEST(fields={"until": _("日期写作 2027-06-30。")})
    end = datetime.combine(day, time.max, TZ)
    if end <= clock_wall():
        raise BAD_REQUEST(fields={"until": _("到期日已经过去了。")})
    return end
