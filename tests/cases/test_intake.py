"""Opening a case: one transaction, one place, one case per key, nothing half-written."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from tests.cases.conftest import IN_GRID, IN_GRID_2, OUTSIDE, TUESDAY, opened, report, upload
from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from zhijin.cases import receipts
from zhijin.cases.models import Case, CaseEvent, CasePhoto
from zhijin.cases.services.intake import open_case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_key, uuid7
from zhijin.core.models import Fact, IdempotencyKey, JournalEntry
from zhijin.core.scope import scoped

SYSTEM = Actor.system("test")


def one(case_id: Any) -> Case:
    with scoped(SYSTEM):
        return Case.objects.get(pk=case_id)


def everything() -> tuple[int, int, int, int]:
    with scoped(SYSTEM):
        return (
            Case.objects.count(), CaseEvent.objects.count(), Fact.objects.count(),
            IdempotencyKey.objects.count(),
        )  # fmt: skip


def jobs_waiting() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'programmes.case_event'"
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


@pytest.mark.usefixtures("ground")
class TestOpening:
    def test_writes_case_line_fact_journal_and_job_together(self) -> None:
        made = opened()
        case = one(made.case_id)
        with scoped(SYSTEM):
            line = CaseEvent.objects.get(case_id=case.id)
            fact = Fact.objects.get(record=case.record)
            entry = JournalEntry.objects.get(object=case.record)
        assert (case.state, case.owner_role, case.version, case.is_open) == (
            "reported", "grid_worker", 1, True,
        )  # fmt: skip
        assert (line.seq, line.kind, line.after, line.role) == (1, "opened", "reported", "resident")
        assert (fact.kind, fact.place_code, fact.playbook) == (
            "case.opened",
            VILLAGE,
            "test-hazard",
        )
        assert entry.action == "case.opened"
        assert jobs_waiting() == [{"case": str(case.id), "county": 530602, "event": str(line.id)}]

    def test_the_clock_is_stored_with_the_case(self) -> None:
        """Two work hours from 9:00 end at 11:00; the reminder comes half an hour before."""
        case = one(opened().case_id)
        assert clock.local(case.due_at).strftime("%H:%M") == "11:00"  # type: ignore[arg-type]
        assert clock.local(case.next_fire_at).strftime("%H:%M") == "10:30"  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("position", "code"),
        [(IN_GRID, GRID), (IN_GRID_2, VILLAGE + "002"), (OUTSIDE, VILLAGE)],
    )
    def test_a_position_finds_its_grid_else_the_place_named(
        self, position: tuple[float, float], code: str
    ) -> None:
        case = one(opened(lon=position[0], lat=position[1]).case_id)
        assert (case.place_code, case.place_key) == (code, place_key(code))

    def test_a_position_alone_is_enough(self) -> None:
        made = opened(place_code="", lon=IN_GRID[0], lat=IN_GRID[1])
        assert one(made.case_id).place_code == GRID

    @pytest.mark.parametrize("code", ["", "999999999999", "abc", "53060210520"])
    def test_an_unknown_place_is_refused_and_nothing_is_written(self, code: str) -> None:
        before = everything()
        with pytest.raises(Refusal) as refused:
            opened(place_code=code)
        assert refused.value.id == "CA001"
        assert everything() == before

    def test_private_answers_and_phone_are_sealed(self) -> None:
        made = opened(
            answers={"what": "路塌了", "id_no": "11010519491231002X"},
            phone="13800000000",
            name="张三",
        )
        case = one(made.case_id)
        assert "id_no" not in case.data
        stored = b"".join(
            bytes(b or b"") for b in (case.sealed, case.reporter_phone, case.reporter_name)
        )
        for secret in ("11010519491231002X", "13800000000", "张三"):
            assert secret.encode() not in stored
        with scoped(SYSTEM):
            line = CaseEvent.objects.get(case_id=case.id)
        assert "id_no" not in line.data

    def test_a_missing_answer_names_its_field(self) -> None:
        with pytest.raises(Refusal) as refused:
            opened(answers={"what": "  "})
        assert refused.value.id == "CA002"
        assert "情况" in str(refused.value.fields["what"])

    def test_a_role_that_may_not_open_is_refused(self) -> None:
        with pytest.raises(Refusal) as refused:
            open_case(actor=Actor.resident(), report=report(), opener="court_officer")
        assert refused.value.id == "CA003"

    def test_an_unknown_kind_is_refused(self) -> None:
        with pytest.raises(Refusal) as refused:
            opened(playbook="no-such-thing")
        assert refused.value.id == "PR001"


@pytest.mark.usefixtures("ground")
class TestOnce:
    def test_the_same_key_gives_the_same_case(self) -> None:
        key = str(uuid7())
        first, second = opened(key=key), opened(key=key)
        assert (first.case_id, first.code) == (second.case_id, second.code)
        assert (first.replayed, second.replayed) == (False, True)
        assert everything()[:2] == (1, 1)

    def test_the_same_key_with_other_words_is_a_conflict(self) -> None:
        key = str(uuid7())
        opened(key=key)
        with pytest.raises(Refusal) as refused:
            opened(key=key, answers={"what": "另一件事"})
        assert refused.value.id == "CO422"

    def test_the_number_tells_nothing_of_the_code(self) -> None:
        """Numbers are public; no run of three characters of one stands in the other, of 40 cases."""
        shared = 0
        for _ in range(40):
            case_id = uuid7()
            code, tail = receipts.code_of(case_id), receipts.tail_of(case_id)
            runs = {code[i : i + 3] for i in range(8)} | {code[::-1][i : i + 3] for i in range(8)}
            shared += any(tail[i : i + 3] in runs for i in range(4))
        assert shared <= 3  # by chance about one in six hundred cases

    @pytest.mark.parametrize("attempt", range(3))
    def test_codes_are_ten_characters_and_find_their_case(self, attempt: int) -> None:
        made = opened()
        assert len(made.code) == 10
        assert receipts.digest(made.code.lower()) == bytes(one(made.case_id).receipt)
        spaced = f" {made.code[:5]}-{made.code[5:]} "
        assert receipts.digest(spaced) == receipts.digest(made.code)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ground")
def test_two_clicks_at_once_make_one_case() -> None:
    key = str(uuid7())
    found: list[Any] = []
    gate = threading.Barrier(4)

    def click() -> None:
        try:
            gate.wait(120)
            with clock.freeze(TUESDAY):
                found.append(
                    open_case(actor=Actor.resident(), report=report(key=key), opener="resident")
                )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len({made.case_id for made in found}) == 1
    assert sorted(made.replayed for made in found) == [False, True, True, True]
    assert everything()[:2] == (1, 1)


@pytest.mark.usefixtures("ground")
class TestPortal:
    def url(self) -> str:
        return "/report/test-hazard/"

    def body(self, **more: Any) -> dict[str, Any]:
        return {
            "place": VILLAGE, "what": "村口的路塌了", "lon": IN_GRID[0], "lat": IN_GRID[1],
            "idempotency_key": str(uuid7()), **more,
        }  # fmt: skip

    def test_a_report_with_a_photo_ends_on_its_status_page(self, client: Client) -> None:
        answer = client.post(self.url(), self.body(photos=[upload()]), follow=True)
        assert answer.status_code == 200
        case = Case.objects.none()
        with scoped(SYSTEM):
            case = Case.objects.get()
            photo = CasePhoto.objects.select_related("file").get()
        assert case.place_code == GRID
        assert photo.file.media_type == "image/jpeg"
        code = receipts.code_of(case.id)
        assert f"{code[:5]}-{code[5:]}" in answer.content.decode()

    def test_a_refusal_keeps_what_was_written(self, client: Client) -> None:
        answer = client.post(self.url(), self.body(what="", contact_name="李四"))
        assert answer.status_code == 400
        assert "李四" in answer.content.decode()
        assert everything()[0] == 0

    def test_something_that_is_no_photo_is_refused_by_name(self, client: Client) -> None:
        fake = upload("fake.jpg", b"<html><script>alert(1)</script></html>" * 9)
        answer = client.post(self.url(), self.body(photos=[fake]))
        assert answer.status_code == 400
        assert "FL002" in answer.content.decode()
        assert "fake.jpg" in answer.content.decode()

    def test_without_a_place_one_is_chosen_first(self, client: Client) -> None:
        answer = client.get("/report/test-hazard/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/places/")

    def test_a_forged_submission_is_refused(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(self.url(), self.body()).status_code == 403
        assert everything()[0] == 0

    def test_likely_duplicates_are_shown_without_anything_personal(self, client: Client) -> None:
        opened(
            answers={"what": "村口的路塌了，我是王五"}, lon=IN_GRID[0], lat=IN_GRID[1], name="王五"
        )
        with clock.freeze(TUESDAY):
            answer = client.get(
                "/report/alike/",
                {"place": VILLAGE, "playbook": "test-hazard", "what": "村口路塌了",
                 "lon": IN_GRID[0], "lat": IN_GRID[1]},
            )  # fmt: skip
        page = answer.content.decode()
        assert "测试隐患" in page
        assert "王五" not in page

    def test_another_villages_cases_are_not_likely(self, client: Client) -> None:
        opened(answers={"what": "村口的路塌了"})
        with clock.freeze(TUESDAY):
            answer = client.get(
                "/report/alike/",
                {"place": OTHER_VILLAGE, "playbook": "test-hazard", "what": "村口的路塌了"},
            )
        assert "测试隐患" not in answer.content.decode()


@pytest.mark.usefixtures("ground")
def test_only_those_in_scope_see_it(cast: Cast) -> None:
    made = opened(lon=IN_GRID[0], lat=IN_GRID[1])
    for member in (cast.grid_worker, cast.branch_secretary, cast.township_officer):
        assert member.client.get(f"/desk/cases/{made.case_id}/").status_code == 200, member.key
    assert cast.outsider.client.get(f"/desk/cases/{made.case_id}/").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ground")
def test_a_report_takes_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    """Twelve at most for a report without photos, as on a real installation (goal of the intake)."""
    body = TestPortal().body()
    client.post("/report/test-hazard/", body)
    with django_assert_max_num_queries(12):
        answer = client.post("/report/test-hazard/", {**body, "idempotency_key": str(uuid7())})
    assert answer.status_code == 302
