"""Signing in and out, and one's own account."""

from __future__ import annotations

import pyotp
import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from zhijin.access import errors, oidc, presenting, sign_ins
from zhijin.access.demo import DEMO_PASSWORD
from zhijin.access.gates import gate, public
from zhijin.access.http import Request
from zhijin.access.landing import first_page
from zhijin.access.middleware import COOKIE, set_cookie
from zhijin.access.models import Account
from zhijin.access.selectors import current_grants, demo_grants
from zhijin.core import crypto
from zhijin.core.errors import Refusal

#: The posts that a demonstration's sign-in page offers before all others.
FIRST_LOOK = (
    "village_secretary", "grid_worker", "township_officer", "county_officer", "department_officer",
    "system_admin",
)  # fmt: skip


@public(rate="60/5m", opens=False)
def sign_in(request: Request) -> HttpResponse:
    """The sign-in page. It opens no transaction, so that a counted failure stays counted."""
    if request.method != "POST":
        if request.visitor is not None and "as" not in request.GET:
            return HttpResponseRedirect(_target(request, request.GET.get("next", "")))
        return _sign_in_page(request, {"next": request.GET.get("next", "")})
    username = request.POST.get("username", "").strip()
    try:
        account, token = sign_ins.sign_in(
            username=username,
            password=request.POST.get("password", ""),
            code=request.POST.get("code", ""),
            agent=request.headers.get("User-Agent", ""),
        )
    except Refusal as refusal:
        context = {
            "refusal": refusal, "username": username, "next": request.POST.get("next", ""),
            "ask_code": refusal.id == "AC003" or bool(request.POST.get("code")),
            "password": request.POST.get("password", "") if refusal.id == "AC003" else "",
        }  # fmt: skip
        return _sign_in_page(request, context, refusal.status)
    return _entered(request, account, token)


def _sign_in_page(request: Request, context: dict[str, object], status: int = 200) -> HttpResponse:
    context["oidc"] = oidc.is_on()
    if settings.ZHIJIN_DEMO:
        demo = presenting.held(demo_grants())
        context["demo"] = demo
        context["demo_first"] = _one_each(demo)
        chosen = next((h for h in demo if h.account.username == request.GET.get("as")), None)
        if chosen is not None:
            context |= {"username": chosen.account.username, "password": DEMO_PASSWORD}
            context["chosen"] = chosen
    return render(request, "access/sign_in.html", context, status=status)


def _one_each(demo: list[presenting.Held]) -> list[presenting.Held]:
    """One account of each post that a first look is for, from the village upwards."""
    by_role = {held.role: held for held in reversed(demo)}
    return [by_role[role] for role in FIRST_LOOK if role in by_role]


def _begin(request: Request, response: HttpResponse, token: str) -> HttpResponse:
    """Give the browser its new sign-in; the one it had, and the form token of before, are void."""
    sign_ins.end_session(request.COOKIES.get(COOKIE, ""))
    rotate_token(request)
    set_cookie(response, token)
    return response


def _entered(request: Request, account: Account, token: str) -> HttpResponse:
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = home_of(account)
    if account.must_change_password:
        wanted = reverse("desk:password")
    return _begin(request, HttpResponseRedirect(wanted), token)


def _target(request: Request, wanted: str) -> str:
    """Where somebody goes who is signed in already."""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe and wanted else reverse("desk:me")


def home_of(account: Account) -> str:
    """Where an account begins."""
    return first_page(set(current_grants().filter(account=account).values_list("role", flat=True)))


@gate(methods=("POST",))
def sign_out(request: Request) -> HttpResponse:
    """End this browser's sign-in."""
    sign_ins.sign_out(actor=request.actor, token=request.COOKIES.get(COOKIE, ""))
    response = HttpResponseRedirect("/")
    response.delete_cookie(COOKIE)
    return response


@public(methods=("GET",), opens=False)
def oidc_start(request: Request) -> HttpResponse:
    """Send the browser to the identity provider, with state, nonce and PKCE in a signed cookie."""
    return oidc.start(request)


@public(methods=("GET",), opens=False)
def oidc_back(request: Request) -> HttpResponse:
    """The provider sends the browser back with a code."""
    account = oidc.finish(request)
    token = sign_ins.open_session(account, request.headers.get("User-Agent", ""))
    response = HttpResponseRedirect(home_of(account))
    response.delete_cookie(oidc.COOKIE)
    return _begin(request, response, token)


@gate(methods=("GET",))
def me(request: Request) -> HttpResponse:
    """One's own account: what one may do where, and how one signs in."""
    context = {"grants": presenting.held(request.actor.grants), "visitor": request.visitor}
    return render(request, "access/me.html", context)


@gate(rate="10/5m")
def password(request: Request) -> HttpResponse:
    """Choose a new password; asked of everybody who was given one."""
    context: dict[str, object] = {"must": request.visitor and request.visitor.must_change_password}
    if request.method != "POST":
        return render(request, "access/password.html", context)
    new = request.POST.get("new", "")
    try:
        if new != request.POST.get("again", ""):
            raise errors.WEAK_PASSWORD(fields={"again": _("两次输入的新密码不一样。")})
        sign_ins.change_password(actor=request.actor, old=request.POST.get("old", ""), new=new)
    except Refusal as refusal:
        context["refusal"] = refusal
        return render(request, "access/password.html", context, status=refusal.status)
    messages.success(request, _("密码已修改，请用新密码登录。"))
    response = redirect("portal:sign-in")
    response.delete_cookie(COOKIE)
    return response


@gate(rate="20/5m")
def second_factor(request: Request) -> HttpResponse:
    """Enrol a phone: the secret travels in a sealed field until a first code proves it."""
    sealed = request.POST.get("sealed", "")
    secret = _opened(request, sealed) if sealed else pyotp.random_base32()
    refusal = None
    if request.method == "POST":
        try:
            sign_ins.enrol_second_factor(
                actor=request.actor, secret=secret, code=request.POST.get("code", ""),
                password=request.POST.get("password", ""),
            )  # fmt: skip
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("动态验证码已启用，下次登录时会用到。"))
            return redirect("desk:me")
    return _enrolment(request, secret, refusal)


def _enrolment(request: Request, secret: str, refusal: Refusal | None) -> HttpResponse:
    name = request.visitor.username if request.visitor else ""
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=str(settings.OFFICE_NAME))
    context = {
        "refusal": refusal,
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "sealed": crypto.seal("enrol.totp", f"{request.actor.id}:{secret}").hex(),
        "picture": segno.make(uri).svg_data_uri(scale=5),
        "asks_password": sign_ins.has_password(request.actor),
        "replaces": request.visitor and request.visitor.has_second_factor,
    }
    status = refusal.status if refusal else 200
    return render(request, "access/second_factor.html", context, status=status)


def _opened(request: Request, sealed: str) -> str:
    """The secret of a sealed field that this very account was given."""
    try:
        owner, _colon, secret = crypto.unseal("enrol.totp", bytes.fromhex(sealed)).partition(":")
    except Exception as error:
        raise errors.WRONG_CODE() from error
    if owner != request.actor.id:
        raise errors.WRONG_CODE()
    return secret
