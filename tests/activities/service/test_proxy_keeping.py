"""What was photographed for an application goes some time after its end; a consent taken back goes with it at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from tests.activities.service.conftest import do, see
from tests.activities.service.test_proxies import decided, move, opened, to_the_office
from tests.cast import GRID
from tests.support.traces import Sealing, traces
from zhijin.activities.models import Proxy, ProxyConsent, ProxyStep
from zhijin.activities.service import proxying
from zhijin.activities.service.proxying import Given
from zhijin.core import clock, file_uses
from zhijin.core.ids import show_receipt
from zhijin.core.models import StoredFile
from zhijin.people import api as people
from zhijin.people import keeping, requests
from zhijin.people.models import Erasure

__all__ = ["opened"]
LETTER, SIGNED = "a" * 64, "b" * 64


@pytest.fixture(autouse=True)
def _log(tmp_path: Path, settings: Any) -> None:
    settings.ZHIJIN_ERASED = str(tmp_path / "erased.jsonl")


def photographed(world: Any, opened: Any, **more: Any) -> Proxy:
    """Closed; with a photographed consent and signature, a tracking number and remarks."""
    given = Given("paper", "委托书由女儿王芒种代签", clock.today() + timedelta(days=20), LETTER)
    row, _code = opened(consent=given, **more)
    to_the_office(world, row)
    decided(world, row, "资格证明")
    move(world, row, "returned")
    move(world, row, "handed", photo=SIGNED, note="交给本人")
    move(world, row, "posted", at=1, carrier="邮政", number="EX1")
    move(world, row, "delivered", at=1, photo=SIGNED)
    assert world.fresh(row).state == "closed"
    return row


def sweep(days: int) -> int:
    with clock.freeze(clock.now() + timedelta(days=days)):
        return keeping.sweep()


def photos() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT used_in, file_digest FROM {file_uses.FUNCTION}()")
        return {digest for used, digest in cursor.fetchall() if "proxy" in used}


def words(row: Proxy) -> str:
    found = []
    with connection.cursor() as cursor:
        for table, column in (
            ("proxy", "id"),
            ("proxy_consent", "proxy_id"),
            ("proxy_step", "proxy_id"),
        ):
            sql = f"SELECT to_jsonb(t)::text FROM activities_{table} t WHERE {column} = %s"
            cursor.execute(sql, [row.id])
            found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found)


def test_papers_and_signatures_go_after_their_time(world, opened):
    assert sweep(0) == 0
    row = photographed(world, opened)
    steps = see(lambda: list(ProxyStep.objects.filter(proxy_id=row.id).order_by("id")))
    assert sweep(180) == 0
    assert photos() == {LETTER, SIGNED}
    assert sweep(182) == 1
    assert sweep(182) == 0
    assert photos() == set()
    left = see(lambda: words(row))
    for gone in ("王芒种", "王**", "邮政", "EX1", "交给本人", LETTER, SIGNED):
        assert gone not in left
    after = see(lambda: list(ProxyStep.objects.filter(proxy_id=row.id).order_by("id")))
    same = ("id", "step", "made_at", "made_by", "signed")
    assert [tuple(getattr(x, n) for n in same) for x in after] == [
        tuple(getattr(x, n) for n in same) for x in steps
    ]
    told = world.fresh(row)
    assert (told.state, told.outcome, told.kind) == ("closed", "done", "pension-check")


def test_its_pages_still_open(world, opened, client, cast):
    sweep(0)
    row = photographed(world, opened)
    code = show_receipt(proxying.code_of(row.id))
    sweep(182)
    page = cast.branch_secretary.client.get(reverse("desk:proxy", args=[row.id]))
    assert page.status_code == 200
    mine = client.post(reverse("portal:proxy-code"), {"do": "find", "code": code})
    assert mine.status_code == 200
    assert "王" not in mine.content.decode().split("<main")[1].split("</main>")[0]


def test_one_under_way_is_not_touched(world, opened):
    sweep(0)
    row, _code = opened()
    to_the_office(world, row)
    assert sweep(2000) == 0
    for change in ({"note": ""}, {"step": "kept"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            see(lambda change=change: ProxyStep.objects.filter(proxy_id=row.id).update(**change))


def test_of_a_closed_one_words_may_only_go(world, opened):
    row = photographed(world, opened)
    steps = ProxyStep.objects.filter(proxy_id=row.id)
    for change in ({"note": "改"}, {"photo": "c" * 64}, {"made_by": ""}, {"step": "kept"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            see(lambda change=change: steps.update(**change))


def test_a_consent_taken_back_goes_with_the_last_paper(world, opened):
    given = Given("paper", "委托书一份", clock.today() + timedelta(days=20), LETTER)
    row, _code = opened(consent=given)
    do(world.secretary, proxying.withdraw, proxy_id=row.id, how="本人来电话说不办了")
    assert photos() == {LETTER}, "as long as papers of theirs are with us it shows why"
    move(world, row, "handed", photo=SIGNED)
    assert world.fresh(row).state == "closed"
    assert photos() == {SIGNED}, "that they have everything again is shown until its time"
    kept = see(lambda: ProxyConsent.objects.get(proxy_id=row.id))
    assert (kept.photo, kept.withdrawn_how) == ("", "本人来电话说不办了")


def test_whoever_asks_for_erasure_has_it_at_once(world, opened):
    sworn = {"phone": "2026-03-01 当面"}
    person = do(
        keeping.KEEPER, people.register_person, place_code=GRID, name="王芒种", consents=sworn, phone="12900000001",
    )  # fmt: skip
    row = photographed(world, opened, person_id=person.id)
    other = photographed(world, opened)
    asked = do(
        keeping.KEEPER, requests.receive, person_id=person.id, kind="erase", how="本人来村委会"
    )
    closed = do(keeping.KEEPER, requests.erase, request_id=asked.id)
    assert closed.evidence["along"] == {"proxy": 1}
    assert world.fresh(row).erased_at is not None
    assert world.fresh(other).erased_at is None
    assert see(lambda: list(Erasure.objects.values_list("kind", "why"))) == [("proxy", "request")]
    assert not StoredFile.objects.exists()


MARKS = {name: f"痕迹{number:02d}记号" for number, name in enumerate((
    "name", "what", "told", "again", "paper", "office", "said", "result", "note", "carrier", "number",
))}  # fmt: skip
PHONE = "12900000001"


def test_no_table_holds_a_word_of_an_erased_application(world, opened, monkeypatch):
    """Every column of the database is read; what the journal keeps is which paper, never what it is called."""
    words = (*MARKS.values(), PHONE)
    sealing = Sealing(monkeypatch, *words)
    assert sweep(0) == 0
    given = Given("paper", MARKS["told"], clock.today() + timedelta(days=20), LETTER)
    row, _code = opened(
        consent=given, name=MARKS["name"], what=MARKS["what"], phone=PHONE, papers=((MARKS["paper"], "original"),)
    )  # fmt: skip
    do(world.secretary, proxying.renew, proxy_id=row.id,
       given=Given("spoken", MARKS["again"], clock.today() + timedelta(days=25)))  # fmt: skip
    do(world.secretary, proxying.submit, proxy_id=row.id, office=MARKS["office"])
    do(world.secretary, proxying.decide, proxy_id=row.id, done=True, said=MARKS["said"],
       results=(MARKS["result"],))  # fmt: skip
    move(world, row, "returned")
    move(world, row, "handed", photo=SIGNED, note=MARKS["note"])
    move(world, row, "posted", at=1, carrier=MARKS["carrier"], number=MARKS["number"])
    seen = set().union(*traces(*words, sealed=sealing.blobs).values())
    assert seen >= {MARKS[one] for one in MARKS if one not in ("name", "what")}
    assert any(word.startswith("sealed") for word in seen)
    move(world, row, "delivered", at=1, photo=SIGNED)
    assert world.fresh(row).state == "closed"
    assert sweep(182) == 1
    assert traces(*words, sealed=sealing.blobs) == {}
