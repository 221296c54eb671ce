"""The gate before every view: who may enter, how often, and the scoped transaction it runs in.

A view without exactly one gate fails the tests; the permission matrix reads the gates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from zhijin.access import twice
from zhijin.access.errors import BAD_KEY
from zhijin.access.http import Request
from zhijin.core import ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import NO_PERMISSION, SIGN_IN_FIRST
from zhijin.core.middleware import wants_json
from zhijin.core.scope import scoped

View = Callable[..., Any]
Decorator = Callable[[View], View]
PAGE_METHODS = ("GET", "POST")
API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Pages open to somebody who has yet to choose a password of their own.
_BEFORE_CHANGE = frozenset({"password", "sign-out"})


@dataclass(frozen=True)
class Gate:
    """What a view demands; any one of ``permissions`` will do.

    None of them with ``signed_in`` means any account. ``opens`` is False for views whose services
    open their own scoped transaction (so that a refusal they show leaves nothing behind).
    """

    permissions: tuple[str, ...] = ()
    signed_in: bool = True
    rate: str = ""
    methods: tuple[str, ...] = PAGE_METHODS
    opens: bool = True


def client_address(request: HttpRequest) -> str:
    """The caller's address as the web server saw it (proxies are configured there)."""
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def gate(
    *permissions: str, methods: tuple[str, ...] = PAGE_METHODS, rate: str = "", opens: bool = True
) -> Decorator:
    """For signed-in people who hold one of ``permissions`` somewhere (none: any account)."""
    return _gated(Gate(permissions, True, rate, methods, opens))


def public(
    *, rate: str = "", methods: tuple[str, ...] = PAGE_METHODS, opens: bool = True
) -> Decorator:
    """For everybody. ``rate`` (``"30/m"``) limits what is not a GET, per account or address."""
    return _gated(Gate((), False, rate, methods, opens))


def _gated(demand: Gate) -> Decorator:
    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: Request, *args: Any, **kwargs: Any) -> Any:
            method = "GET" if request.method == "HEAD" else request.method
            if method not in demand.methods:
                return HttpResponseNotAllowed(demand.methods)
            turned_away = admit(request, demand)
            if turned_away is not None:
                return turned_away
            return _answered(request, demand, lambda: view(request, *args, **kwargs))

        # The transaction is opened here, so Django must not open another around it.
        guarded: View = transaction.non_atomic_requests(entered)
        guarded.gate = demand  # type: ignore[attr-defined]
        return guarded

    return decorate


def _answered(request: Request, demand: Gate, view: Callable[[], Any]) -> Any:
    """The view's answer, in the actor's transaction where the gate opens it; the same form sent twice is done once."""
    key = twice.key_of(request, request.actor.label)
    if not demand.opens:
        return twice.around(key, view) if key else view()
    with scoped(request.actor):
        return twice.inside(key, view) if key else view()


def admit(request: Request, demand: Gate) -> HttpResponse | None:
    """None to enter; a redirect to sign in; or raises AC009, CO401, CO403, CO429."""
    if request.by_key and request.visitor is None:
        raise BAD_KEY()
    if demand.signed_in:
        if request.visitor is None:
            if wants_json(request) or request.method not in {"GET", "HEAD"}:
                raise SIGN_IN_FIRST()
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('portal:sign-in')}?{query}")
        changing = request.resolver_match and request.resolver_match.url_name in _BEFORE_CHANGE
        if request.visitor.must_change_password and not changing:
            return HttpResponseRedirect(reverse("desk:password"))
        if demand.permissions and not any(request.actor.can(p) for p in demand.permissions):
            raise NO_PERMISSION(permission=demand.permissions[0])
    if demand.rate and request.method not in {"GET", "HEAD"}:
        who = request.actor.id or client_address(request)
        name = request.resolver_match.view_name if request.resolver_match else request.path
        ratelimit.hit(f"{name}:{who}", demand.rate)
    return None


def api_gate(
    *permissions: str, signed_in: bool = True, rate: str = "", opens: bool = True
) -> Decorator:
    """The gate for API operations; put it under the router's decorator.

    Unsafe methods know only bearer keys: a browser sends its cookie by itself, also when another
    site makes it call.
    """
    demand = Gate(permissions, signed_in, rate, API_METHODS, opens)

    def decorate(operation: View) -> View:
        @wraps(operation)
        def entered(request: Request, *args: Any, **kwargs: Any) -> Any:
            if request.method not in {"GET", "HEAD", "OPTIONS"} and not request.by_key:
                request.visitor, request.actor = None, Actor.resident()
            if admit(request, demand) is not None:
                # Only a browser reading the API gets here: sign in, or choose a password first.
                raise SIGN_IN_FIRST()
            if not demand.opens:
                return operation(request, *args, **kwargs)
            with scoped(request.actor):
                return operation(request, *args, **kwargs)

        entered.gate = demand  # type: ignore[attr-defined]
        # The router reads annotations in this module's names, where the operation's are not known.
        entered.__signature__ = signature(operation, eval_str=True)  # type: ignore[attr-defined]
        return entered

    return decorate
