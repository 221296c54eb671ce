"""Sign-in through an OpenID Connect provider (authorization code, PKCE, nonce). Off unless configured."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from zhijin.access import errors
from zhijin.access.models import Account

COOKIE = "zhijin_oidc"
_SALT = "zhijin.oidc"
_WAIT_SECONDS = 600
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
#: Signatures with a public key only: a shared secret would let anybody who has it be anybody.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


class _NoRedirects(HTTPRedirectHandler):
    """A provider that sends us elsewhere is not the one that was configured."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def is_on() -> bool:
    return bool(settings.ZHIJIN_OIDC["issuer"])


def forget() -> None:
    """Ask the provider for its description and keys again at the next use."""
    _metadata.cache_clear()


def start(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider; state, nonce and verifier wait in a signed cookie.

    Raises AC011, AC013.
    """
    provider = _provider()
    kept = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest())
    query = {
        "response_type": "code",
        "client_id": settings.ZHIJIN_OIDC["client_id"],
        "redirect_uri": _back(),
        "scope": "openid profile",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    glue = "&" if "?" in provider["authorization_endpoint"] else "?"
    target = provider["authorization_endpoint"] + glue + urlencode(query)
    response = HttpResponseRedirect(target)
    response.set_cookie(
        COOKIE, signing.dumps(kept, salt=_SALT), max_age=_WAIT_SECONDS, httponly=True,
        samesite="Lax", secure=settings.ZHIJIN_ORIGIN.startswith("https://"),
    )  # fmt: skip
    return response


def finish(request: HttpRequest) -> Account:
    """The account that the provider's answer names. Raises AC011-AC014."""
    provider = _provider()
    kept = _kept(request)
    if not secrets.compare_digest(kept["state"], request.GET.get("state", "")):
        raise errors.OIDC_REFUSED()
    try:
        token = _fetch(_token_request(provider, request.GET.get("code", ""), kept["verifier"]))
        claims = _claims(str(token["id_token"]), provider, kept["nonce"])
    except (JoseError, OSError, KeyError, ValueError) as error:
        raise errors.OIDC_REFUSED() from error
    subject = str(claims["sub"])
    account = Account.objects.filter(oidc_subject=subject, is_active=True, is_program=False).first()
    if account is None:
        raise errors.OIDC_UNKNOWN()
    return account


def _kept(request: HttpRequest) -> dict[str, str]:
    try:
        kept: dict[str, str] = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_WAIT_SECONDS
        )
    except signing.BadSignature as error:
        raise errors.OIDC_REFUSED() from error
    return kept


def _back() -> str:
    return str(settings.ZHIJIN_ORIGIN) + "/login/oidc/back/"


def _provider() -> dict[str, Any]:
    if not is_on():
        raise errors.OIDC_OFF()
    issuer = str(settings.ZHIJIN_OIDC["issuer"])
    try:
        provider = _metadata(issuer, int(time.time() // 3600))
    except (OSError, KeyError, ValueError) as error:
        raise errors.OIDC_UNREACHABLE() from error
    if provider.get("issuer") != issuer:
        raise errors.OIDC_UNREACHABLE()
    return provider


@lru_cache(maxsize=4)
def _metadata(issuer: str, hour: int) -> dict[str, Any]:
    """The provider's discovery document and keys, read anew every hour."""
    found = _fetch(_request(issuer.rstrip("/") + "/.well-known/openid-configuration"))
    found["keys"] = _fetch(_request(found["jwks_uri"]))
    return found


def _request(url: str, data: bytes | None = None) -> Request:
    """A request to the provider: over TLS, or to this very machine. ValueError otherwise."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not local:
        raise ValueError(f"not a safe address of a provider: {url}")
    return Request(url, data=data)  # noqa: S310 - scheme checked above


def _fetch(request: Request) -> dict[str, Any]:
    with _opener.open(request, timeout=10) as answer:
        body: dict[str, Any] = json.loads(answer.read(1_000_000))
    return body


def _token_request(provider: dict[str, Any], code: str, verifier: str) -> Request:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _back(),
        "client_id": settings.ZHIJIN_OIDC["client_id"],
        "client_secret": settings.ZHIJIN_OIDC["client_secret"],
        "code_verifier": verifier,
    }
    return _request(provider["token_endpoint"], urlencode(form).encode())


def _claims(id_token: str, provider: dict[str, Any], nonce: str) -> dict[str, Any]:
    try:
        token = jwt.decode(id_token, _keys(provider), algorithms=_ALGORITHMS)
    except (JoseError, ValueError):
        # The provider may have changed its keys within the hour.
        keys = KeySet.import_key_set(_fetch(_request(provider["jwks_uri"])))  # type: ignore[arg-type]
        token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
    wanted = jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": provider["issuer"]},
        aud={"essential": True, "value": settings.ZHIJIN_OIDC["client_id"]},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    wanted.validate(token.claims)
    return dict(token.claims)


def _keys(provider: dict[str, Any]) -> KeySet:
    return KeySet.import_key_set(provider["keys"])
