"""A page's form that is sent twice is done once: a double click, or a browser that sends again after a lost answer.

Every form carries a token against forgery that is drawn anew whenever a page is made. The same token with the same
content from the same sender is therefore the same sending, and gets the answer that the first one got, as long as
that was to go on to another page. What was refused, or answered with a page of its own, is done again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseRedirect

from zhijin.core.errors import TOO_MANY
from zhijin.core.ids import uuid7
from zhijin.core.statements import send

SCOPE = "page"
#: So long a second sending is the same one; afterwards somebody has gone back and means it again.
SECONDS = 120
#: A second sending waits so long for the first to be answered.
PATIENCE, PAUSE = 20.0, 0.05
_LONGEST = 128
_CLAIM = (
    "INSERT INTO core_idempotency AS i (id, scope, key, body, answer) VALUES (%s, %s, %s, %s, '')"
    " ON CONFLICT (scope, key) DO UPDATE SET answer = '', at = now()"
    " WHERE i.at < now() - make_interval(secs => %s) RETURNING id"
)
_ANSWER = "SELECT answer FROM core_idempotency WHERE scope = %s AND key = %s"
_SETTLE = "UPDATE core_idempotency SET answer = %s WHERE scope = %s AND key = %s"
_DROP = "DELETE FROM core_idempotency WHERE scope = %s AND key = %s"

View = Callable[[], Any]


def key_of(request: HttpRequest, who: str) -> str:
    """What makes a sending the same one; empty for what carries no token (a program, a GET), or a key of its own, by
    which its view knows it again for longer."""
    if request.method != "POST" or request.POST.get("idempotency_key"):
        return ""
    token = request.POST.get("csrfmiddlewaretoken", "")
    if not token:
        return ""
    files = [
        (name, file.name, file.size)
        for name in sorted(request.FILES)
        for file in request.FILES.getlist(name)
    ]
    said = [who, request.get_full_path(), sorted(request.POST.lists()), files]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def inside(key: str, view: View) -> Any:
    """Answer within the view's own transaction: a second sending waits for the first to be committed."""
    if not _claimed(key):
        before = _answer(key)
        if before:
            return HttpResponseRedirect(before)
    response = view()
    if not connection.needs_rollback:
        _settle(key, response)
    return response


def around(key: str, view: View) -> Any:
    """Answer a view that opens its own transactions: the claim is committed before, its outcome after.

    Raises CO429 to a second sending while the first is still being answered.
    """
    before = _waited_for(key)
    if before:
        return HttpResponseRedirect(before)
    try:
        response = view()
    except BaseException:
        with transaction.atomic():
            send(_DROP, [SCOPE, key])
        raise
    with transaction.atomic():
        _settle(key, response)
    return response


def _waited_for(key: str) -> str:
    """The first sending's answer; empty when this one is to be done."""
    until = time.monotonic() + PATIENCE
    while True:
        with transaction.atomic():
            if _claimed(key):
                return ""
            before = _answer(key)
        if before:
            return before
        if time.monotonic() > until:
            raise TOO_MANY(seconds=int(PATIENCE))
        time.sleep(PAUSE)


def _claimed(key: str) -> bool:
    return send(_CLAIM, [uuid7(), SCOPE, key, b"", SECONDS]).fetchone() is not None


def _answer(key: str) -> str:
    row = send(_ANSWER, [SCOPE, key]).fetchone()
    return str(row[0]) if row else ""


def _settle(key: str, response: Any) -> None:
    """Keep where a sending led; what did not lead on may be sent again. So may what gave the browser a cookie: a
    second answer could not give it."""
    if isinstance(response, HttpResponseRedirect) and not response.cookies:
        where = response.url if len(response.url) <= _LONGEST else "."
        send(_SETTLE, [where, SCOPE, key])
    else:
        send(_DROP, [SCOPE, key])
