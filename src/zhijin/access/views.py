"""Signing in and out, and one's own account."""

from __future__ import annotations

import pyotp
import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from zhijin.access import errors, oidc, services
from zhijin.access.gates import client_address, gate, public
from zhijin.access.middleware import COOKIE, set_cookie
from zhijin.access.models import Account
from zhijin.core import crypto, ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal

FIELD_ROLES = frozenset({"grid_worker", "grid_leader", "neighbour_leader"})


@public()
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Failures are counted outside the view's transaction, so they stay."""
    context = {"next": request.GET.get("next", ""), "oidc": oidc.is_on()}
    if request.method != "POST":
        return render(request, "access/sign_in.html", context)
    context["next"] = request.POST.get("next", "")
    try:
        ratelimit.hit(f"sign-in:{client_address(request)}", "60/5m")
        account, token = services.sign_in(
            username=request.POST.get("username", "").strip(),
            password=request.POST.get("password", ""),
            code=request.POST.get("code", ""),
            agent=request.headers.get("User-Agent", ""),
        )
    except Refusal as refusal:
        context |= {"refusal": refusal, "username": request.POST.get("username", "")}
        context["ask_code"] = refusal.id == "AC003"
        return render(request, "access/sign_in.html", context, status=refusal.status)
    return _entered(request, account, token)


def _entered(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = home_of(account)
    response = HttpResponseRedirect("/desk/me/password/" if account.must_change_password else wanted)
    set_cookie(response, token)
    return response


def home_of(account: Account) -> str:
    """Where an account begins: the field for grid posts, the desk for everybody else."""
    roles = set(account.grants.filter(valid_to=None).values_list("role", flat=True))
    return "/field/" if roles and roles <= FIELD_ROLES else "/desk/"


@gate(methods=("POST",))
def sign_out(request: HttpRequest) -> HttpResponse:
    services.sign_out(actor=_actor(request), token=request.COOKIES.get(COOKIE, ""))
    response = redirect("portal:home")
    response.delete_cookie(COOKIE)
    return response


@public(methods=("GET",))
def oidc_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the identity provider, with state, nonce and PKCE in a signed cookie."""
    return oidc.start(request)


@public(methods=("GET",))
def oidc_back(request: HttpRequest) -> HttpResponse:
    """The provider sends the browser back with a code."""
    account = oidc.finish(request)
    token = services.open_session(account, request.headers.get("User-Agent", ""))
    response = HttpResponseRedirect(home_of(account))
    response.delete_cookie(oidc.COOKIE)
    set_cookie(response, token)
    return response


@gate(methods=("GET",))
def me(request: HttpRequest) -> HttpResponse:
    """One's own account: what one may do where, and how one signs in."""
    actor = _actor(request)
    return render(request, "access/me.html", {"grants": actor.grants})


@gate()
def password(request: HttpRequest) -> HttpResponse:
    context = {}
    if request.method == "POST":
        try:
            services.change_password(
                actor=_actor(request), old=request.POST.get("old", ""),
                new=request.POST.get("new", ""),
            )  # fmt: skip
        except Refusal as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, _("密码已修改，请用新密码登录。"))
            return redirect("portal:sign-in")
    status = context["refusal"].status if context else 200
    return render(request, "access/password.html", context, status=status)


@gate()
def second_factor(request: HttpRequest) -> HttpResponse:
    """Enrol a phone: the secret travels in a sealed field until a first code proves it."""
    context: dict[str, object] = {}
    sealed = request.POST.get("sealed", "")
    secret = _opened(sealed) if sealed else pyotp.random_base32()
    if request.method == "POST":
        try:
            services.enrol_second_factor(
                actor=_actor(request), secret=secret, code=request.POST.get("code", "")
            )
        except Refusal as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, _("动态验证码已启用，下次登录时会用到。"))
            return redirect("desk:me")
    name = request.visitor.username  # type: ignore[attr-defined]
    uri = pyotp.TOTP(secret).provisioning_uri(name, issuer_name=str(settings.OFFICE_NAME))
    context |= {
        "secret": secret,
        "sealed": crypto.seal("enrol.totp", secret).hex(),
        "picture": segno.make(uri).svg_data_uri(scale=5),
    }
    return render(request, "access/second_factor.html", context)


def _opened(sealed: str) -> str:
    try:
        return crypto.unseal("enrol.totp", bytes.fromhex(sealed))
    except Exception as error:
        raise errors.WRONG_CODE() from error


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
