"""After a case is erased no table holds a word of it, whatever went on with it: every column is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cases.conftest import IN_GRID, PLAYBOOK, TUESDAY, ground, publish, report
from tests.cases.steps import ask, confirm, decide, move, one, photo, sweep_at
from tests.cases.test_parties import agency, officer_of, whistle
from tests.cast import GRID, Cast
from tests.programmes.conftest import VISIT, follow_all
from tests.support.traces import Sealing, columns, traces
from zhijin.cases.models import CaseParty
from zhijin.cases.services import merging, parties, private, reporter
from zhijin.cases.services.intake import Opened, open_case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.people import keeping
from zhijin.playbooks import selectors
from zhijin.programmes import services
from zhijin.programmes.effects import following
from zhijin.programmes.models import FollowUp, Publication

__all__ = ["ground"]
SYSTEM = Actor.system("test")
#: A word of its own for every place in which somebody may write.
MARKS = {name: f"痕迹{number:02d}记号" for number, name in enumerate((
    "what", "name", "comment", "remark", "why-extend", "answer-extend", "whistle", "muster", "rework", "handled",
    "call", "reopen", "merge", "withdraw", "other",
))}  # fmt: skip
PHONE, NUMBER = "12900000001", "530602196805150011"
WORDS = (*MARKS.values(), PHONE, NUMBER)
RULES = """publish: [{when: closed, fields: [what, where, photos], board: village-affairs}]
notify:
  - {when: handling, to: [reporter, grid_leader], text: {zh: "{title}在{place}开始办理：{what}", en: "{title} begins"}}
follow: [{when: closed, open: visit, after: 900 days, fields: {about: what}}]
"""


@pytest.fixture
def rules(ground: Any, tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.ZHIJIN_ERASED = str(tmp_path / "erased.jsonl")
    text = PLAYBOOK.replace("id: test-hazard", "id: forgotten")
    publish(text[: text.index("publish:")] + RULES)
    publish(VISIT)
    yield
    selectors.forget()


def made(**more: Any) -> Opened:
    answers = {"what": f"门口的路塌了，{MARKS['what']}", "id_no": NUMBER}
    values = {"playbook": "forgotten", "place_code": GRID, "answers": answers, "phone": PHONE, "name": MARKS["name"],
              "lon": IN_GRID[0], "lat": IN_GRID[1], "photos": {"photos": [photo("red")]}} | more  # fmt: skip
    return open_case(actor=Actor.resident(), report=report(**values), opener="resident")


def lived(cast: Cast) -> Opened:
    """A case through everything that can be written about it, with all that follows from each line."""
    when, hour = TUESDAY, timedelta(hours=1)
    worker, officer = cast.grid_worker, cast.township_officer
    # Asked for outside of the past: grants are of today.
    clerk = cast.branch_secretary.actor
    with clock.freeze(when):
        case = made()
        other = made(answers={"what": f"同一处，{MARKS['other']}"})
    sweep_at(when + timedelta(minutes=45))
    with clock.freeze(when + hour):
        merging.merge(actor=clerk, case_id=other.case_id, into=case.case_id, why=MARKS["merge"])
        reporter.comment(actor=clerk, case_id=case.case_id, text=MARKS["comment"], public=True)
        reporter.comment(actor=clerk, case_id=case.case_id, text=MARKS["remark"], public=False)
    move(worker, case, "handling", when + hour)
    decide(officer, ask(worker, case, when + hour, why=MARKS["why-extend"]), when + hour,
           answer=MARKS["answer-extend"])  # fmt: skip
    roads = agency("交通局")
    works = officer_of(roads, "roads").actor
    whistle(officer, case, [roads.key], when + hour, MARKS["whistle"])
    with scoped(SYSTEM):
        party = CaseParty.objects.get(case_id=case.case_id)
    with clock.freeze(when + hour):
        parties.muster(actor=works, case_id=case.case_id, party_id=party.id, answer=MARKS["muster"])
    move(
        worker,
        case,
        "verifying",
        when + 2 * hour,
        photos={"after": [photo()]},
        why=MARKS["handled"],
    )
    with clock.freeze(when + 3 * hour):
        reporter.act(code=case.code, move_id="handling", data={}, why=MARKS["rework"])
    move(worker, case, "verifying", when + 4 * hour, photos={"after": [photo()]})
    with clock.freeze(when + 5 * hour):
        reporter.call_back(actor=clerk, case_id=case.case_id, reached=False, move_id="", data={},
                           note=MARKS["call"])  # fmt: skip
    follow_all()
    confirm(case, when + 5 * hour)
    follow_all()
    with clock.freeze(when + 6 * hour):
        reporter.reopen(code=case.code, why=MARKS["reopen"])
    follow_all()
    move(worker, case, "verifying", when + 7 * hour, photos={"after": [photo()]})
    confirm(case, when + 8 * hour)
    with scoped(clerk):
        private.reveal(actor=clerk, case=one(case.case_id), purpose="handle")
    follow_all()
    return case


def test_no_table_holds_a_word_of_an_erased_case(
    rules: None, cast: Cast, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    sealing = Sealing(monkeypatch, *WORDS)
    with clock.freeze(TUESDAY):
        assert keeping.sweep() == 0
    case = lived(cast)
    chief = cast.township_officer.actor
    with scoped(SYSTEM):
        row = Publication.objects.get(case_id=case.case_id)
    services.withdraw(actor=chief, publication_id=row.id, why=MARKS["withdraw"])
    planted = traces(*WORDS, sealed=sealing.blobs)
    seen = set().union(*planted.values())
    assert seen >= set(MARKS.values()) - {MARKS["name"]}, "all of it was written somewhere"
    assert len([word for word in seen if word.startswith("sealed")]) >= 4
    later = TUESDAY + timedelta(days=740)
    with clock.freeze(later):
        assert keeping.sweep() + keeping.sweep() == 2
        follow_all()
        following.open_due()
    assert traces(*WORDS, sealed=sealing.blobs) == {}
    for address in (
        reverse("portal:status", args=[show_receipt(case.code)]),
        "/api/open311/v2/requests.json",
    ):
        page = client.get(address).content.decode()
        assert not [word for word in WORDS if word in page], address


def test_a_follow_up_that_is_due_after_the_erasure_is_not_opened(rules: None, cast: Cast) -> None:
    """It would be opened of nothing: its words are gone."""
    with clock.freeze(TUESDAY):
        assert keeping.sweep() == 0
    case = lived(cast)
    with clock.freeze(TUESDAY + timedelta(days=740)):
        keeping.sweep()
    with clock.freeze(TUESDAY + timedelta(days=1000)):
        assert following.open_due() == 0
    with scoped(SYSTEM):
        rows = FollowUp.objects.filter(case_id=case.case_id)
        assert {(row.opened, row.error, row.tries) for row in rows} == {
            (None, "erased", following.TRIES)
        }


def test_every_column_that_can_hold_words_is_read(db: None) -> None:
    found = {f"{table}.{column}" for table, column, _kind in columns()}
    assert {"cases_case.text", "cases_event.data", "cases_case.sealed", "core_fact.attrs", "core_journal.detail",
            "procrastinate_jobs.args", "cases_case.grams", "programmes_delivery.payload"} <= found  # fmt: skip
