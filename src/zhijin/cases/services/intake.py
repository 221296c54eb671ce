"""Opening a case. It answers only after case, timeline, journal, fact and job are committed together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from zhijin.cases import errors, receipts
from zhijin.cases.answers import Answers, refuse, sort_out, together
from zhijin.cases.machine import enter, public_fields
from zhijin.cases.models import Case, CaseParty, CasePhoto
from zhijin.cases.services.writing import write
from zhijin.core import clock, crypto, idempotency
from zhijin.core.actor import Actor
from zhijin.core.facts import county_of
from zhijin.core.grams import grams
from zhijin.core.ids import place_key, uuid7
from zhijin.core.models import StoredFile
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.playbooks.api import Revision, current


@dataclass(frozen=True)
class Report:
    """What somebody reports, before it is a case.

    ``place_code`` may be empty when ``lon``/``lat`` (WGS-84 degrees) are given, and the other way
    round. ``answers`` maps the playbook's fields to what was entered; ``photos`` maps photo fields
    to stored files. ``key`` makes a repeated submission the same case. ``place_known`` says that the
    caller has just looked the place up.
    """

    playbook: str
    channel: str
    key: str
    place_code: str = ""
    lon: float | None = None
    lat: float | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    photos: Mapping[str, Sequence[StoredFile]] = field(default_factory=dict)
    phone: str = ""
    name: str = ""
    org_key: int | None = None
    org_name: str = ""
    priority: str = ""
    simulated: bool = False
    place_known: bool = False

    def body(self) -> bytes:
        """What makes two submissions the same: everything a person entered."""
        photos = {name: [f.digest for f in files] for name, files in self.photos.items()}
        content = [
            self.playbook, self.place_code, self.lon, self.lat, dict(self.answers), photos,
            self.phone, self.name, self.org_key,
        ]  # fmt: skip
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class Opened:
    """The case, the reporter's status code, and whether this was a repeated submission."""

    case_id: UUID
    number: str
    code: str
    replayed: bool


def open_case(*, actor: Actor, report: Report, opener: str, at: datetime | None = None) -> Opened:
    """Open a case from a report, in one transaction.

    ``opener`` is the role in which ``actor`` reports (``resident``, ``grid_worker``, ``device``…).
    Raises CA001–CA003, CA014, CA015, CO422, CO403.
    """
    actor.require("case.report")
    with scoped(Actor.system("intake")):
        new_id = uuid7()
        claim = idempotency.claim("case", f"{opener}:{report.key}", report.body(), str(new_id))
        if claim.is_replay:
            return _replayed(UUID(claim.answer))
        code = locate(report)
        revision = current(report.playbook, code)
        if not revision.machine.may_open(opener):
            raise errors.NOT_OPEN_TO(title=revision.playbook.title.zh)
        values = together(report.answers, report.photos)
        refuse(revision.machine.check_opening(values, opener))
        answers = sort_out(revision.playbook.opens.ask, values)
        case = _built(new_id, actor, report, revision, code, answers, at or clock.now())
        line = write(
            case, actor, "opened", case.opened_at, new=True,
            event={"after": case.state, "role": opener, "data": answers.shown},
            fact={"revision": revision.number},
        )  # fmt: skip
        attach(case, line.id, report.photos, public_fields(revision.machine))
        if report.org_key is not None:
            _join_applicant(case, report.org_key, report.org_name, actor)
    return Opened(case.id, case.number, receipts.code_of(case.id), False)


def locate(report: Report) -> str:
    """The code of the grid under the position, else of the place named. Raises CA001."""
    if report.lon is not None and report.lat is not None:
        found = places.code_at(report.lon, report.lat)
        if found is not None:
            return found
    if report.place_code and (report.place_known or places.known(report.place_code)):
        return report.place_code
    raise errors.UNKNOWN_PLACE(place=report.place_code or "—")


def _replayed(case_id: UUID) -> Opened:
    case = Case.objects.only("id", "number").get(pk=case_id)
    return Opened(case.id, case.number, receipts.code_of(case.id), True)


def number_of(case_id: UUID, county: int, at: datetime) -> str:
    """The number people say on the telephone: county, date, six characters."""
    return f"{county:06d}-{clock.local(at):%y%m%d}-{receipts.tail_of(case_id)}"


def _built(
    case_id: UUID, actor: Actor, report: Report, revision: Revision, code: str,
    answers: Answers, at: datetime,
) -> Case:  # fmt: skip
    playbook = revision.playbook
    county = county_of(code)
    receipt = receipts.digest(receipts.code_of(case_id))
    case = Case(
        id=case_id, county=county, number=number_of(case_id, county, at), receipt=receipt,
        playbook=revision.playbook_id, revision_id=revision.id, title=answers.title(playbook),
        text=answers.text, data=answers.open, sealed=answers.sealed(),
        grams=grams(playbook.title.zh, answers.text), place_code=code, place_key=place_key(code),
        lon=report.lon, lat=report.lat, org_key=report.org_key, channel=report.channel,
        priority=report.priority or revision.machine.priority(answers.values) or "",
        reporter=actor.label, opened_at=at, changed_at=at, state_since=at,
        photos=sum(len(files) for files in report.photos.values()), simulated=report.simulated,
    )  # fmt: skip
    if report.phone:
        case.reporter_phone = crypto.seal("case.phone", report.phone)
        case.reporter_blind = crypto.blind("case.phone", report.phone)
    if report.name:
        case.reporter_name = crypto.seal("case.name", report.name)
    enter(case, revision.machine, revision.machine.initial, at)
    return case


def attach(
    case: Case, event_id: UUID, photos: Mapping[str, Sequence[StoredFile]],
    publishable: frozenset[str],
) -> None:  # fmt: skip
    """Tie stored photos to a line of the timeline; one statement, none without photos."""
    rows = [
        CasePhoto(
            county=case.county,
            case_id=case.id,
            place_key=case.place_key,
            event_id=event_id,
            file=stored,
            field=name,
            public=name in publishable,
        )
        for name, files in photos.items()
        for stored in files
    ]
    if rows:
        CasePhoto.objects.bulk_create(rows)


def _join_applicant(case: Case, org_key: int, org_name: str, actor: Actor) -> None:
    CaseParty.objects.create(
        county=case.county, case_id=case.id, place_key=case.place_key, org_key=org_key,
        org_name=org_name, kind="applicant", asked_by=actor.label, asked_at=case.opened_at,
        answered_at=case.opened_at,
    )  # fmt: skip
