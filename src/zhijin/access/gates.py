"""The gate before every view: who may enter, how often, and the scoped transaction it runs in.

A view without exactly one gate fails the tests; the permission matrix reads the gates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from zhijin.core import ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import NO_PERMISSION, SIGN_IN_FIRST
from zhijin.core.middleware import wants_json
from zhijin.core.scope import scoped

View = Callable[..., HttpResponse]
#: Pages open to somebody who has yet to choose a password of their own.
_BEFORE_CHANGE = frozenset({"password", "sign-out"})


@dataclass(frozen=True)
class Gate:
    """What a view demands. ``permissions`` are alternatives; empty with ``signed_in`` means any account."""

    permissions: tuple[str, ...] = ()
    signed_in: bool = True
    rate: str = ""
    methods: tuple[str, ...] = ("GET", "POST")
    #: False for views whose services open their own transaction (so that a refusal leaves nothing).
    opens: bool = True


def client_address(request: HttpRequest) -> str:
    """The caller's address as the web server saw it (proxies are configured there)."""
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def gate(*permissions: str, methods: tuple[str, ...] = ("GET", "POST"), rate: str = "") -> Callable[[View], View]:
    """For signed-in people who hold one of ``permissions`` somewhere (none: any account)."""
    return _gated(Gate(permissions, True, rate, methods))


def public(*, rate: str = "", methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """For everybody. ``rate`` (``"30/m"``) limits POSTs per address."""
    return _gated(Gate((), False, rate, methods))


def _gated(demand: Gate) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            method = "GET" if request.method == "HEAD" else request.method
            if method not in demand.methods:
                return HttpResponseNotAllowed(demand.methods)
            turned_away = admit(request, demand)
            if turned_away is not None:
                return turned_away
            if not demand.opens:
                return view(request, *args, **kwargs)
            with scoped(request.actor):  # type: ignore[attr-defined]
                return view(request, *args, **kwargs)

        # The transaction is opened here, so Django must not open another around it.
        guarded = transaction.non_atomic_requests(entered)
        guarded.gate = demand  # type: ignore[attr-defined]
        return guarded

    return decorate


def admit(request: HttpRequest, demand: Gate) -> HttpResponse | None:
    """None to enter; a redirect to sign in; or raises CO401, CO403, CO429."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if demand.signed_in:
        if request.visitor is None:  # type: ignore[attr-defined]
            if wants_json(request) or request.method != "GET":
                raise SIGN_IN_FIRST()
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('portal:sign-in')}?{query}")
        changing = request.resolver_match and request.resolver_match.url_name in _BEFORE_CHANGE
        if request.visitor.must_change_password and not changing:  # type: ignore[attr-defined]
            return HttpResponseRedirect(reverse("desk:password"))
        if demand.permissions and not any(actor.can(p) for p in demand.permissions):
            raise NO_PERMISSION(permission=demand.permissions[0])
    if demand.rate and request.method not in {"GET", "HEAD"}:
        who = actor.id or client_address(request)
        name = request.resolver_match.view_name if request.resolver_match else request.path
        ratelimit.hit(f"{name}:{who}", demand.rate)
    return None


def api_gate(*permissions: str, signed_in: bool = True, rate: str = "") -> Any:
    """The gate for API operations; put it under the router's decorator.

    An unsafe method needs a bearer key: a browser's cookie alone would be open to forgery.
    """
    demand = Gate(permissions, signed_in, rate, ("GET", "POST", "PUT", "PATCH", "DELETE"))

    def decorate(operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            unsafe = request.method not in {"GET", "HEAD", "OPTIONS"}
            by_key = getattr(request, "by_key", False)
            if signed_in and (request.visitor is None or (unsafe and not by_key)):  # type: ignore[attr-defined]
                raise SIGN_IN_FIRST()
            admit(request, demand)
            with scoped(request.actor):  # type: ignore[attr-defined]
                return operation(request, *args, **kwargs)

        entered.gate = demand  # type: ignore[attr-defined]
        return entered

    return decorate
