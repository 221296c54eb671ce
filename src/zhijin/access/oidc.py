"""Sign-in through an OpenID Connect provider (authorization code, PKCE, nonce). Off unless configured."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from zhijin.access import errors
from zhijin.access.models import Account

COOKIE = "zhijin_oidc"
_MINUTES = 10


def is_on() -> bool:
    return bool(settings.ZHIJIN_OIDC["issuer"])


@lru_cache(maxsize=4)
def _metadata(issuer: str, hour: int) -> dict[str, Any]:
    """The provider's discovery document and keys, read anew every hour."""
    found = _fetch(Request(issuer.rstrip("/") + "/.well-known/openid-configuration"))
    found["keys"] = _fetch(Request(found["jwks_uri"]))
    return found


def _fetch(request: Request) -> dict[str, Any]:
    if not request.full_url.startswith(("https://", "http://127.0.0.1")):
        raise errors.OIDC_OFF()
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - scheme checked above
        body: dict[str, Any] = json.loads(answer.read(1_000_000))
    return body


def _provider() -> dict[str, Any]:
    if not is_on():
        raise errors.OIDC_OFF()
    return _metadata(settings.ZHIJIN_OIDC["issuer"], int(time.time() // 3600))


def _back() -> str:
    return str(settings.ZHIJIN_ORIGIN) + "/login/oidc/back/"


def start(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider; state, nonce and verifier wait in a signed cookie. Raises AC011."""
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
    response = HttpResponseRedirect(provider["authorization_endpoint"] + "?" + urlencode(query))
    signed = signing.dumps(kept, salt="oidc")
    response.set_cookie(COOKIE, signed, max_age=_MINUTES * 60, httponly=True, samesite="Lax")
    return response


def finish(request: HttpRequest) -> Account:
    """The account that the provider's answer names. Raises AC001, AC011, AC012."""
    provider = _provider()
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt="oidc", max_age=_MINUTES * 60)
        if not secrets.compare_digest(kept["state"], request.GET.get("state", "")):
            raise errors.WRONG_PASSWORD()
        token = _fetch(_token_request(provider, request.GET.get("code", ""), kept["verifier"]))
        claims = _claims(token["id_token"], provider, kept["nonce"])
    except (signing.BadSignature, JoseError, OSError, KeyError, ValueError) as error:
        raise errors.WRONG_PASSWORD() from error
    account = Account.objects.filter(oidc_subject=claims["sub"], is_active=True).first()
    if account is None:
        raise errors.OIDC_UNKNOWN()
    return account


def _token_request(provider: dict[str, Any], code: str, verifier: str) -> Request:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _back(),
        "client_id": settings.ZHIJIN_OIDC["client_id"],
        "client_secret": settings.ZHIJIN_OIDC["client_secret"],
        "code_verifier": verifier,
    }
    return Request(provider["token_endpoint"], data=urlencode(form).encode())


def _claims(id_token: str, provider: dict[str, Any], nonce: str) -> dict[str, Any]:
    token = jwt.decode(id_token, KeySet.import_key_set(provider["keys"]))
    wanted = jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": provider["issuer"]},
        aud={"essential": True, "value": settings.ZHIJIN_OIDC["client_id"]},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
    )
    wanted.validate(token.claims)
    return dict(token.claims)
