"""Publication: puts together what the playbook lets the public see, and holds it when it looks personal."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from zhijin.cases.api import mark_withdrawn, photos_of
from zhijin.core import clock, pii
from zhijin.programmes.effects.common import ACTOR, Happening, once
from zhijin.programmes.models import Publication
from zhijin.programmes.services import show

#: Types that are never published, whatever a playbook says.
NEVER = frozenset({"phone", "id_number", "person", "file"})


def carry_out(happening: Happening) -> None:
    """Prepare (or renew) every publication whose state was reached; a reopened case is taken down."""
    if happening.event.kind == "reopened" and happening.case.is_open:
        _take_down(happening)
    for index, rule in enumerate(happening.playbook.publish):
        if rule.when != happening.reached or _is_over(happening, rule.when):
            continue
        with transaction.atomic():
            if once(happening, "publish", index):
                _prepare(happening, index, rule)


def _is_over(happening: Happening, state: str) -> bool:
    """Whether the end that was reached has been undone meanwhile. Jobs may run late and out of turn."""
    return happening.revision.machine.state(state).final and happening.case.is_open


def _prepare(happening: Happening, index: int, rule: Any) -> None:
    case = happening.case
    fields, photos = content(happening, rule)
    found = pii.kinds_in(fields)
    row, _made = Publication.objects.update_or_create(
        county=case.county, case_id=case.id, rule=index,
        defaults={
            "place_key": case.place_key, "place_code": case.place_code, "number": case.number,
            "playbook": case.playbook, "revision_id": case.revision_id, "board": rule.board,
            "fields": fields, "photos": photos, "found": found,
            "state": Publication.State.HELD, "prepared_at": clock.now(), "decided_by": "",
            "decided_name": "", "decided_at": None, "why": "",
        },
    )  # fmt: skip
    if not found:
        show(ACTOR, row, days=rule.days)


def content(happening: Happening, rule: Any) -> tuple[dict[str, Any], list[str]]:
    """The public fields' values and the digests of public photos. Positions to about ten metres."""
    specs, answers = happening.playbook.fields, happening.answers
    fields: dict[str, Any] = {}
    photos: list[str] = []
    for name in rule.fields:
        spec = specs.get(name)
        if spec is None or spec.private or spec.type in NEVER:
            continue
        if spec.type == "photo":
            photos += [p.file_id for p in photos_of(happening.case) if p.field == name]
        elif spec.type == "point":
            if (point := _point(happening, answers.get(name))) is not None:
                fields[name] = point
        elif answers.get(name) not in (None, "", []):
            fields[name] = answers[name]
    return fields, photos


def _point(happening: Happening, value: Any) -> dict[str, float] | None:
    lon, lat = happening.case.lon, happening.case.lat
    if isinstance(value, dict):
        lon, lat = value.get("lon"), value.get("lat")
    if lon is None or lat is None:
        return None
    return {"lon": round(float(lon), 4), "lat": round(float(lat), 4)}


def _take_down(happening: Happening) -> None:
    """What was said of a closed case is no longer true once it is open again."""
    with transaction.atomic():
        if not once(happening, "withdraw", 0):
            return
        rows = Publication.objects.filter(county=happening.case.county, case_id=happening.case.id)
        # Locked: whoever publishes or withdraws one at this moment has done so, or finds it taken down. What somebody
        # withdrew keeps their reason.
        left = rows.exclude(state=Publication.State.WITHDRAWN).select_for_update(no_key=True)
        states = {row.id: row.state for row in left.order_by("id")}
        rows.filter(id__in=states).update(
            state=Publication.State.WITHDRAWN, why="reopened", decided_at=clock.now()
        )
        if Publication.State.SHOWN in states.values():
            mark_withdrawn(actor=ACTOR, case_id=happening.case.id, at=clock.now())
