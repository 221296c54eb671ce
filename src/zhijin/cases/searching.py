"""Search of cases by words or by number. Knows ids only; rows are read under the policies as ever."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import Q

from zhijin.core import clock
from zhijin.core.actor import KEY_LIMIT, Actor
from zhijin.core.grams import grams
from zhijin.core.ids import place_span
from zhijin.core.scope import multirange

#: More hits than this, and walking the list in its order finds a page of them sooner: in a few counties' cases
#: or among open ones, and in a province's.
MOST, MOST_WIDE = 500, 4000
WIDE = 10 * 10**12
#: A single character has no pair to be found by: it is looked for among what came lately.
LATELY = timedelta(days=30)
_MATCHING = "SELECT cases_matching(%s::text[], %s, %s::int8multirange, %s, %s)"


def matching(actor: Actor, text: str, *, place: str = "", only_open: bool = False) -> Q:
    """The filter for cases with this number, or with every pair of characters of these words.

    Runs one statement under the transaction's scope; the filter is to stand beside it.
    """
    prefix, pairs = _number(text), grams(text)
    if not prefix and not pairs:
        return Q(text__contains=text, opened_at__gte=clock.now() - LATELY)
    spans = [place_span(place)] if place else [(0, KEY_LIMIT)]
    reach = sum(hi - lo for lo, hi in (spans if place else actor.scope.places))
    most = MOST_WIDE if reach > WIDE and not only_open else MOST
    with connection.cursor() as cursor:
        cursor.execute(_MATCHING, [pairs, prefix, multirange(spans), only_open, most])
        found = [row[0] for row in cursor.fetchall()]
    if len(found) < most:
        return Q(id__in=found)
    return Q(number__startswith=prefix) if prefix else Q(grams__contains=pairs)


def _number(text: str) -> str:
    """What somebody read from a receipt, or its beginning; empty when it cannot be one."""
    plain = text.replace("-", "")
    number = plain.isascii() and plain.isalnum() and any(c.isdigit() for c in plain)
    return text.upper() if number else ""
