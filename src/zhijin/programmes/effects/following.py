"""Follow-up cases: what a playbook opens after a state was reached, now or some time later."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction

from zhijin.cases.api import Report, event_of, open_case, photo_files, private_answers_of
from zhijin.core import calendar, clock
from zhijin.core.actor import Actor
from zhijin.core.errors import SERVER_ERROR, Refusal
from zhijin.core.scope import scoped
from zhijin.core.tasks import apart
from zhijin.playbooks.api import current
from zhijin.programmes.effects.common import ACTOR, Happening, once
from zhijin.programmes.models import FollowUp, Notice

log = logging.getLogger("zhijin.programmes")
FOLLOWER = Actor.system("follow-up")
#: After so many refusals nobody tries again; the county has been told.
TRIES = 5
_UNFORESEEN = (
    f"后续事项没有开成（{SERVER_ERROR.id}），过些时候会再试。请把这个事项告诉系统管理员",
    f"A follow-up could not be opened ({SERVER_ERROR.id}); it is tried again. Tell the administrator of this case",
)


def carry_out(happening: Happening) -> None:
    """Note every follow-up whose state was reached, and open those that are due at once."""
    case, event = happening.case, happening.event
    due = False
    for index, rule in enumerate(happening.playbook.follow):
        if rule.when != happening.reached:
            continue
        with transaction.atomic():
            if once(happening, "follow", index):
                at = rule.after.after(event.at, calendar.current()) if rule.after else event.at
                FollowUp.objects.create(
                    county=case.county, place_key=case.place_key, case_id=case.id,
                    event_id=event.id, rule=index, due_at=at,
                )  # fmt: skip
                due = due or at <= clock.now()
    if due:
        open_due(case_id=case.id)


def open_due(case_id: Any = None, limit: int = 100) -> int:
    """Open the follow-ups whose time has come; returns how many were opened."""
    opened = 0
    with scoped(ACTOR):
        rows = FollowUp.objects.select_for_update(skip_locked=True, no_key=True).filter(
            opened=None, due_at__lte=clock.now(), tries__lt=TRIES
        )
        if case_id is not None:
            rows = rows.filter(case_id=case_id)
        for row in rows.order_by("due_at")[:limit]:
            opened += apart(
                partial(_open, row), log, "follow-up %s of case %s was not opened", row.id, row.case_id
            ) or _missed(row)  # fmt: skip
    return opened


def _missed(row: FollowUp) -> int:
    """Of one that failed for a reason that nobody foresaw the county is told too; it is tried later."""
    row = FollowUp.objects.get(id=row.id, county=row.county)
    if row.opened is None and row.due_at <= clock.now():
        _put_off(row, SERVER_ERROR.id)
        if row.tries == 1:
            _tell(row, *_UNFORESEEN)
    return 0


def _put_off(row: FollowUp, error: str) -> None:
    row.tries += 1
    row.error, row.due_at = error, clock.now() + timedelta(hours=2**row.tries)
    row.save(update_fields=["tries", "error", "due_at"])


def _open(row: FollowUp) -> int:
    """One follow-up. A refusal is noted and tried again later, twice as late each time."""
    happening = Happening(*event_of(row.case_id, row.event_id))
    try:
        with transaction.atomic():
            found = _report(happening, row)
            opened = open_case(actor=FOLLOWER, report=found[0], opener=found[1])
    except Refusal as refusal:
        _put_off(row, refusal.id)
        if row.tries == 1:
            case = happening.case
            _tell(
                row, f"后续事项没有开成（{refusal.id}）：{case.title}，请检查方案 {case.playbook}",
                f"A follow-up could not be opened ({refusal.id}): {case.title};"
                f" please check the programme {case.playbook}",
            )  # fmt: skip
        return 0
    row.opened, row.error = opened.case_id, ""
    row.save(update_fields=["opened", "error"])
    return 1


def _report(happening: Happening, row: FollowUp) -> tuple[Report, str]:
    case, rule = happening.case, happening.playbook.follow[row.rule]
    target = current(rule.open, case.place_code).playbook
    wanted = {question.field: question for question in target.opens.ask}
    open_answers, private = happening.answers, private_answers_of(case, FOLLOWER)
    answers: dict[str, Any] = {}
    photos: dict[str, Any] = {}
    for new, old in rule.fields.items():
        question = wanted.get(new)
        if question is not None and question.type == "photo":
            photos[new] = photo_files(case, old)
        elif old in open_answers:
            answers[new] = open_answers[old]
        elif old in private and question is not None and question.private:
            answers[new] = private[old]
    report = Report(
        playbook=rule.open, channel="follow", key=str(row.id), place_code=case.place_code,
        lon=case.lon, lat=case.lat, answers=answers, photos={k: v for k, v in photos.items() if v},
        org_key=case.org_key, simulated=case.simulated,
    )  # fmt: skip
    return report, target.opens.by[0]


def _tell(row: FollowUp, zh: str, en: str) -> None:
    Notice.objects.create(
        county=row.county, place_key=row.place_key, case_id=row.case_id, role="county_officer",
        kind="follow", at=clock.now(), text_zh=zh, text_en=en,
    )  # fmt: skip
