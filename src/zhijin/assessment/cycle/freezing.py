"""Freezing a published result: one signed document of every score, value and mark, which never changes again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zhijin.activities.api import Cycle
from zhijin.assessment.cycle import errors, evidence
from zhijin.assessment.models import Appeal, Mark, Run, Score, Value
from zhijin.assessment.services.appeals import FILE_DAYS
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.core.signing import Signature, Signed, sign_document

State = Run.State
SYSTEM = Actor.system("assessment")
DOCUMENT = "assessment.result/1"


def freeze_run(*, actor: Actor, run_id: UUID) -> Run:
    """Freeze and sign a county's published result. Raises AE101–AE104, CO403.

    A frozen one is returned as it is: freezing twice signs once.
    """
    with scoped(SYSTEM):
        run = Run.objects.select_for_update(no_key=True).filter(id=run_id).first()
        if run is None or not (actor.is_system or actor.scope.covers(run.place_key)):
            raise errors.NO_SUCH_RESULT()
        actor.require("assess.publish", run.place_key)
        if run.state == State.FROZEN:
            return run
        if run.state != State.PUBLISHED:
            raise errors.NOT_PUBLISHED()
        why = still_open(run)
        if why:
            raise errors.STILL_OPEN(why=why)
        at = clock.now()
        signed = sign_document(DOCUMENT, document(run, evidence.keep(run)), at=at)
        run.state, run.frozen_at = State.FROZEN, at
        run.frozen_by, run.frozen_name = actor.label, actor.name[:64]
        run.canonical, run.signature = signed.data, signed.signature.value
        run.signed_with = signed.signature.kid
        run.save(update_fields=[
            "state", "frozen_at", "frozen_by", "frozen_name", "canonical", "signature", "signed_with",
        ])  # fmt: skip
        detail = {"programme": run.programme, "period": run.period_start.isoformat()}
        journal.write(actor, "assessment.frozen", run.record, place_key=run.place_key,
                      detail={**detail, "digest": signed.digest, "key": run.signed_with})  # fmt: skip
        facts.record(
            "assessment.frozen", at=at, place_code=run.place_code, subject=run.programme, actor=actor,
            record=run.record, attrs=detail, playbook=run.programme,
        )  # fmt: skip
    return run


def still_open(run: Run) -> str:
    """Why a published result may yet change; empty when nothing speaks against freezing it."""
    assert run.published_at is not None
    if clock.now() < run.published_at + timedelta(days=FILE_DAYS):
        return _("公布未满 {days} 天，还可以申诉").format(days=FILE_DAYS)
    filed = Appeal.objects.filter(run_id=run.id, county=run.county, state=Appeal.State.FILED)
    if filed.exists():
        return _("还有申诉没有答复")
    if Run.objects.filter(county=run.county, names=run.id, state=State.READY).exists():
        return _("有新算的结果等着公布")
    return ""


def document(run: Run, kept: Mapping[int, Mapping[str, evidence.Kept]]) -> dict[str, Any]:
    """Everything a result says, in texts and whole numbers. Keys of organisations are texts: they pass 2^53.

    ``evidence`` of an organisation: indicator → how many facts, and the digest over them.
    """
    values = {row.org_key: row for row in Value.objects.filter(run_id=run.id, county=run.county)}
    marks: dict[int, list[dict[str, Any]]] = {}
    for mark in Mark.objects.filter(run_id=run.id, county=run.county).order_by("kind"):
        marks.setdefault(mark.org_key, []).append({"kind": mark.kind, "rules": sorted(mark.rules)})
    scores = Score.objects.filter(run_id=run.id, county=run.county).order_by("rank", "org_key")
    return {
        "run": str(run.id), "programme": run.programme, "revision": str(run.revision_id),
        "place": run.place_code, "period_kind": run.period_kind,
        "period_start": run.period_start.isoformat(), "period_end": run.period_end.isoformat(),
        "facts_upto": str(run.facts_upto), "computed": run.digest, "published_by": run.published_name,
        "indicators": run.indicators, "dimensions": run.dimensions,
        "organisations": [
            _organisation(row, values.get(row.org_key), marks.get(row.org_key, []))
            | {"evidence": _evidence(kept.get(row.org_key, {}))}
            for row in scores
        ],
    }  # fmt: skip


def _organisation(score: Score, value: Value | None, marks: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "org": str(score.org_key), "name": score.name, "total": score.total, "adjusted": score.adjusted,
        "dims": score.dims, "rank": score.rank, "of": score.of, "tied": score.tied,
        "group": score.group_key, "group_by": score.group_by, "marks": marks,
    }  # fmt: skip
    if value is not None:
        # Numerators and denominators may be money in fen or minutes: texts keep them exactly.
        exact = [
            [_text(one) for one in row]
            for row in (value.numerators, value.denominators, value.values)
        ]
        rows = zip(*exact, value.scores, value.states, strict=True)
        told["values"] = [list(row) for row in rows]
    return told


def _evidence(cells: Mapping[str, evidence.Kept]) -> dict[str, list[Any]]:
    return {name: [kept.count, kept.digest.hex()] for name, kept in cells.items()}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def annual(cycle: Cycle, year: int) -> Signed | None:
    """The frozen result of a cycle's year; frozen now when nothing speaks against it. None while it waits."""
    if not cycle.programme:
        return None
    with scoped(SYSTEM):
        run = (
            Run.objects.filter(
                county=cycle.county, programme=cycle.programme, period_kind="year",
                period_start=date(year, 1, 1), state__in=(State.PUBLISHED, State.FROZEN),
            )
            .order_by("-published_at")
            .first()
        )  # fmt: skip
        if run is None or (run.state == State.PUBLISHED and still_open(run)):
            return None
        frozen = freeze_run(actor=SYSTEM, run_id=run.id)
    return signed_of(frozen)


def signed_of(run: Run) -> Signed:
    """The document and signature that a frozen run keeps. Raises AE102 for any other."""
    if run.canonical is None or run.signature is None:
        raise errors.NOT_PUBLISHED()
    return Signed(bytes(run.canonical), Signature(run.signed_with, bytes(run.signature)))
