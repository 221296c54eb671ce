"""One record of every kind of this room in the cast's village, for the permission matrix."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.activities.cadres import conftest as cadres
from tests.activities.meetings import conftest as meetings
from tests.activities.service import samples as service
from tests.cast import COUNTY, TOWNSHIP, VILLAGE
from zhijin.activities.cadres import plans, postings, study
from zhijin.activities.cadres.postings import Sending
from zhijin.activities.learning import writing as learn
from zhijin.activities.meetings import writing
from zhijin.activities.models import CycleStep, ModelUnit, Party, Problem, Sheet, Visit
from zhijin.activities.scoring import Criterion
from zhijin.activities.services import checks, cycles, events, undertakings
from zhijin.core import clock, files
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.core.signing import side_file, sign
from zhijin.orgs import api as orgs
from zhijin.orgs.models import Organisation

SYSTEM = Actor.system("test")


def _life(org: Organisation) -> dict[str, Any]:
    """A branch's calendar with a member and an open meeting that shows its code."""
    with TemporaryDirectory() as folder:
        meetings.ship(Path(folder))
    life = meetings.enrol_life(org)
    meeting = meetings.do(SYSTEM, writing.begin, meeting_id=life.call().id)
    held = life.record()
    course = meetings.do(SYSTEM, learn.make, org_key=org.key, title="课程")
    with tiny_pdf() as source:
        digest = files.store_document(source, "a.pdf", 20).digest
    part = meetings.do(
        SYSTEM, learn.add, course_id=course.id, part=learn.Part("一节", digest=digest)
    )
    meetings.do(SYSTEM, learn.set_state, course_id=course.id, state="open")
    served = service.make(org, life.members[0], VILLAGE)
    return {
        "service": served,
        "life": life,
        "meeting": meeting,
        "held": held,
        "course": course,
        "part": part,
    }


def _cadres(org: Organisation) -> dict[str, Any]:
    """A community worker, a posted cadre with a log and its photo, a county plan and an application to study."""
    with TemporaryDirectory() as folder:
        cadres.ship(Path(folder))
    today = clock.today()
    with scoped(SYSTEM):
        post = orgs.create_post(actor=SYSTEM, kind="community_worker", org_key=org.key)
        worker = orgs.appoint(
            actor=SYSTEM,
            post_id=post.id,
            holder="示例丙",
            term=orgs.Term(today - timedelta(days=30)),
        )
        sending = Sending(
            "示例丁", "区水务局", today - timedelta(days=9), today + timedelta(days=90)
        )
        posting = postings.post_cadre(actor=SYSTEM, org_key=org.key, sending=sending)
        digest = files.store_bytes(b"photo", "image/jpeg").digest
        log = postings.write_log(
            actor=SYSTEM, posting_id=posting.id, log=postings.Log(today, "visit", "走访", (digest,))
        )
        plan = plans.make(actor=SYSTEM, county=COUNTY, year=today.year, title="方案", basis="纪要")
        wish = study.Wish("开放大学", "乡村振兴", 3, 700_000)
        applied = study.apply(actor=SYSTEM, appointment_id=worker.id, wish=wish)
    return {"worker": worker, "posting": posting, "log": log, "plan": plan, "study": applied}


def tiny_pdf() -> BytesIO:
    """As much of a PDF as is looked at."""
    return BytesIO(b"%PDF-1.4\n%%EOF")


def make(org: Organisation) -> dict[str, Any]:
    """A pledge, a spot check whose list is public, a sheet, a problem, an application and a visit of ``org``."""
    today, now = clock.today(), clock.now()
    with scoped(SYSTEM):
        draft = undertakings.Draft(
            "annual", "年度承诺", "李春禾", today, today + timedelta(days=90)
        )
        pledge = undertakings.draw_up(actor=SYSTEM, org_key=org.key, draft=draft)
        plan = events.Plan("check", "抽查", TOWNSHIP, today.year)
        event = checks.make(actor=SYSTEM, plan=plan, size=1, source="双色球")
        events.invite(actor=SYSTEM, event_id=event.id, org_keys=[org.key])
        event = checks.publish_list(actor=SYSTEM, event_id=event.id)
        entrant = Party.objects.get(event_id=event.id)
        host = place_key(TOWNSHIP)
        round_ = events.begin(actor=SYSTEM, plan=events.Plan("mutual", "互评", TOWNSHIP, today.year,
                              rules={"criteria": [], "each": 1}))  # fmt: skip
        events.invite(actor=SYSTEM, event_id=round_.id, org_keys=[org.key])
        sheet = Sheet.objects.create(
            county=event.county, event_id=round_.id, host_key=host, entrant_id=entrant.id,
            org_key=org.key, from_org=org.key, from_key=org.place_key, from_name=org.name,
        )  # fmt: skip
        own = {"county": event.county, "place_code": VILLAGE, "place_key": org.place_key,
               "org_key": org.key, "org_name": org.name}  # fmt: skip
        problem = Problem.objects.create(
            **own,
            event_id=event.id,
            host_key=host,
            aspect="clean",
            text="问题",
            found_at=now,
            due_at=now,
        )
        unit = ModelUnit.objects.create(
            **own, host_key=host, host_code=TOWNSHIP, year=today.year, level="county"
        )
        visit = Visit.objects.create(
            **own, host_org=org.key, host_name=org.name, host_code=VILLAGE, host_key=org.place_key,
            on=today, purpose="学习", asked_at=now,
        )  # fmt: skip
        cycle = cycles.begin(
            actor=SYSTEM, draft=cycles.Draft(TOWNSHIP, "工作周期", [Criterion("c1", "党建", 1)])
        )
        year = CycleStep.objects.create(
            county=cycle.county, cycle_id=cycle.id, host_key=host, kind="annual", period="2025", due_on=today,
            done_at=now, document=b"{}", document_sig=side_file(sign(b"{}")),
        )  # fmt: skip
    return {
        **_life(org), **_cadres(org), "cycle": cycle, "year": year,
        "pledge": pledge, "event": event, "sheet": sheet, "problem": problem, "unit": unit, "visit": visit,
    }  # fmt: skip
