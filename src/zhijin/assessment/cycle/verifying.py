"""Whether a frozen result still stands: its signature, its document, and the facts behind every value of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from zhijin.assessment.cycle.evidence import Kept, entries_of, kept_of, read_facts
from zhijin.assessment.cycle.freezing import signed_of
from zhijin.assessment.models import Evidence, Run
from zhijin.core.signing import verify as signature_holds

#: Values whose facts are read at a time.
_AT_A_TIME = 200


@dataclass
class Verified:
    """What was found. ``broken``: values whose facts are not what was signed, as (organisation, indicator)."""

    signature: bool
    values: int = 0
    facts: int = 0
    broken: list[tuple[int, str]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.signature and not self.broken


def verify_run(run: Run) -> Verified:
    """Check a frozen run against what was signed. Under the platform's scope. Raises AE102."""
    signed = signed_of(run)
    found = Verified(signature_holds(signed.data, signed.signature))
    told = _told(json.loads(signed.data))
    rows = Evidence.objects.filter(run_id=run.id, county=run.county).order_by(
        "org_key", "indicator"
    )
    there: set[tuple[int, str]] = set()
    for row, kept in _as_they_are(rows):
        cell = (row.org_key, row.indicator)
        there.add(cell)
        found.values += 1
        found.facts += kept.count
        if told.get(cell) != [row.count, kept.digest.hex()] or bytes(row.digest) != kept.digest:
            found.broken.append(cell)
    found.broken += sorted(set(told) - there)
    return found


def _told(document: Mapping[str, Any]) -> dict[tuple[int, str], Any]:
    return {
        (int(row["org"]), name): cell
        for row in document["organisations"]
        for name, cell in row.get("evidence", {}).items()
    }


def _as_they_are(rows: Iterable[Evidence]) -> Iterator[tuple[Evidence, Kept]]:
    """Each row with its facts hashed anew; one that is gone is left out, and so the digest differs."""
    waiting = iter(rows)
    while some := list(islice(waiting, _AT_A_TIME)):
        held = [(row, entries_of(bytes(row.ids))) for row in some]
        digests = read_facts({id_ for _row, entries in held for id_ in entries})
        for row, entries in held:
            yield (
                row,
                kept_of(
                    {id_: (flags, digests[id_]) for id_, flags in entries.items() if id_ in digests}
                ),
            )
