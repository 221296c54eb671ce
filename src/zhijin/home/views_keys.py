"""The public keys of this installation, for anybody who checks a signature."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhijin.access.api import public
from zhijin.core import signing
from zhijin.core.errors import NOT_FOUND


@public(methods=("GET",))
def keys(request: HttpRequest) -> HttpResponse:
    """Every key that ever signed here, and how to check a signature with public tools."""
    return render(request, "home/keys.html", {"keys": signing.public_keys()})


@public(methods=("GET",))
def key(request: HttpRequest, kid: str) -> HttpResponse:
    """One key as a PEM file, also after it was retired."""
    found = signing.find_key(kid)
    if found is None:
        raise NOT_FOUND()
    answer = HttpResponse(found.pem, content_type="application/x-pem-file")
    answer["Content-Disposition"] = f'attachment; filename="zhijin-{found.kid}.pem"'
    return answer
