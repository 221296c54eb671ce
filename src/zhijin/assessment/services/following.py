"""What follows from being named: a case for each, once a programme, period, organisation and mark.

The row is claimed in the transaction that opens the case, so that a job that runs twice, or a killed
worker, opens nothing twice and forgets nothing. Refusals are noted and tried again later.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from zhijin.assessment import forms
from zhijin.assessment.models import Follow, Mark, Run, Score
from zhijin.assessment.periods import name_of
from zhijin.assessment.services.telling import whose
from zhijin.cases.api import Report, open_case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import SERVER_ERROR, Refusal
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.core.tasks import apart
from zhijin.orgs import api as orgs
from zhijin.playbooks.api import current

log = logging.getLogger("zhijin.assessment")
FOLLOWER = Actor.system("standing")
#: After so many refusals nobody tries again; the row says why.
TRIES = 5


def follow_run(run_id: UUID, county: int) -> int:
    """Note what follows from a published run's marks and open it; returns how many were opened."""
    with scoped(FOLLOWER):
        run = Run.objects.filter(id=run_id, county=county).first()
        if run is None or run.state not in (Run.State.PUBLISHED, Run.State.FROZEN):
            # Not published, or replaced before this was done: the newer one leads to what follows.
            return 0
        rules = {rule.mark: rule.open for rule in forms.revision(run.revision_id).model.follow}
        marks = [m for m in Mark.objects.filter(run_id=run.id, county=county) if m.kind in rules]
        _drop_taken_back(run, marks)
        partners = _partners(run, marks)
        at = clock.now()
        Follow.objects.bulk_create(
            (
                Follow(
                    **whose(mark), id=uuid7(), run_id=run.id, mark_id=mark.id,
                    programme=run.programme, period_start=run.period_start, kind=mark.kind,
                    opens=rules[mark.kind], partner_key=partners.get(mark.org_key), at=at,
                    due_at=at,
                )
                for mark in marks
            ),
            ignore_conflicts=True,
        )  # fmt: skip
    return open_due(county)


def _drop_taken_back(run: Run, marks: Iterable[Mark]) -> None:
    """Whoever an earlier result of the period named and this one does not: no case is opened any more.

    One that is open goes on; the organisation's page says that it is not named any more. Of whoever is
    named still the case tells the newer result.
    """
    named = {(mark.org_key, mark.kind): mark for mark in marks}
    waiting = Follow.objects.select_for_update(no_key=True).filter(
        county=run.county, programme=run.programme, period_start=run.period_start, case_id=None
    )
    for row in waiting:
        mark = named.get((row.org_key, row.kind))
        if mark is None:
            row.delete()
        elif row.run_id != run.id:
            row.run_id, row.mark_id = run.id, mark.id
            row.save(update_fields=["run_id", "mark_id"])


def _partners(run: Run, marks: Iterable[Mark]) -> dict[int, int]:
    """For each one at the end, one from the front to learn from: of its own group, else of the county.

    Shared out in turn, so that no host has to receive everybody.
    """
    model = forms.revision(run.revision_id).model
    ends = {mark.id: mark.end for mark in model.marks}
    front = [m for m in marks if ends.get(m.kind) == "first"]
    last = sorted((m for m in marks if ends.get(m.kind) == "last"), key=lambda m: m.org_key)
    load = dict.fromkeys((m.org_key for m in front), 0)
    found: dict[int, int] = {}
    for mark in last:
        near = [
            m for m in front if m.reason.get("group_key") == mark.reason.get("group_key")
        ] or front
        if near:
            host = min(near, key=lambda m: (load[m.org_key], m.reason["rank"], m.org_key)).org_key
            load[host] += 1
            found[mark.org_key] = host
    return found


def open_due(county: int | None = None, limit: int = 200) -> int:
    """Open the cases that are due; returns how many were opened."""
    opened = 0
    while limit > 0:
        with scoped(FOLLOWER):
            rows = Follow.objects.select_for_update(skip_locked=True, no_key=True).filter(
                case_id=None, due_at__lte=clock.now(), tries__lt=TRIES
            )
            if county is not None:
                rows = rows.filter(county=county)
            row = rows.order_by("due_at", "id").first()
            if row is None:
                break
            done = apart(partial(_open, row), log, "the case of follow %s was not opened", row.id)
            if not done:
                _missed(row)
            opened += done
        limit -= 1
    return opened


def _missed(row: Follow) -> None:
    """One that failed for a reason that nobody foresaw is tried later, as a refused one, and holds up no other."""
    row = Follow.objects.get(id=row.id, county=row.county)
    if row.case_id is None and row.due_at <= clock.now():
        _put_off(row, SERVER_ERROR.id)


def _put_off(row: Follow, error: str) -> None:
    row.tries += 1
    row.error, row.due_at = error, clock.now() + timedelta(hours=2**row.tries)
    row.save(update_fields=["tries", "error", "due_at"])


def _open(row: Follow) -> int:
    try:
        with transaction.atomic():
            target = current(row.opens, row.place_code).playbook
            opened = open_case(
                actor=FOLLOWER, report=_report(row, {ask.field for ask in target.opens.ask}),
                opener=target.opens.by[0],
            )  # fmt: skip
    except Refusal as refusal:
        log.warning("the case of follow %s was not opened: %s", row.id, refusal.id)
        _put_off(row, refusal.id)
        return 0
    row.case_id, row.error = opened.case_id, ""
    row.save(update_fields=["case_id", "error"])
    return 1


def _report(row: Follow, asked: set[str]) -> Report:
    """The standing in words, as far as the playbook asks for it."""
    score = Score.objects.get(run_id=row.run_id, county=row.county, org_key=row.org_key)
    mark = Mark.objects.get(id=row.mark_id, county=row.county)
    run = Run.objects.get(id=row.run_id, county=row.county)
    period = name_of(run.period_kind, run.period_start)
    partner = None
    if row.partner_key is not None:
        partner = orgs.by_keys(FOLLOWER, [row.partner_key]).get(row.partner_key)
    answers = {
        "standing": _sentence(run, score, mark, period),
        "rule": "、".join({"proportion": "按比例", "running": "连续名次"}[r] for r in mark.rules),
        "period": period,
        "partner": partner.name if partner else "",
    }
    org = orgs.by_keys(FOLLOWER, [row.org_key]).get(row.org_key)
    return Report(
        playbook=row.opens, channel="follow", key=str(row.id), place_code=row.place_code,
        answers={name: text for name, text in answers.items() if text and name in asked},
        org_key=row.org_key, org_name=score.name,
        simulated=bool(org and org.simulated),
    )  # fmt: skip


def _sentence(run: Run, score: Score, mark: Mark, period: str) -> str:
    ends = {one.id: one.end for one in forms.revision(run.revision_id).model.marks}
    from_end = "倒数第" if ends.get(mark.kind) == "last" else "第"
    told = f"{period}：{score.name}，总分 {(score.total or 0) / 100:.2f}，在 {score.of} 个中第 {score.rank}"
    running = mark.reason.get("running")
    if running:
        told += "；" + "，".join(
            f"{name} {from_end} {place}（共 {of}）" for name, place, of in running
        )
    return told
