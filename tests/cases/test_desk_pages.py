"""The pages of cases as people meet them, and how many statements each takes whatever it shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cases.conftest import GRID_2, TUESDAY, add_place, opened, upload
from tests.cases.steps import (
    HOUR,
    SYSTEM,
    accepted,
    ask,
    handled,
    in_grid,
    kinds,
    one,
    photo,
)
from tests.cast import COUNTY, GRID, VILLAGE, Cast, Member
from zhijin.cases import receipts
from zhijin.cases.models import Case, CasePhoto
from zhijin.core import clock
from zhijin.core.ids import uuid7
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.home.finding import HINTS
from zhijin.ui import nav

SOON = TUESDAY + HOUR


def statements(member: Member, address: str) -> int:
    """How many statements a page takes, savepoints not counted (a real request has none)."""
    member.client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert member.client.get(address).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


def now_in_grid(**more: Any) -> Any:
    return in_grid(clock.now(), **more)


@pytest.mark.usefixtures("ground")
class TestStatements:
    @pytest.mark.parametrize(
        ("address", "most"),
        [
            ("/desk/cases/", 8),
            ("/desk/cases/?view=closed", 8),
            ("/desk/cases/?view=all&q=村口", 9),
            ("/desk/", 12),
            ("/field/", 9),
        ],
    )
    def test_a_list_takes_as_many_for_thirty_cases_as_for_one(
        self, cast: Cast, address: str, most: int
    ) -> None:
        member = cast.grid_worker
        now_in_grid()
        before = statements(member, address)
        for _ in range(29):
            now_in_grid()
        assert statements(member, address) == before
        assert before <= most

    def test_a_case_takes_as_many_with_a_long_life_as_with_a_short_one(self, cast: Cast) -> None:
        member = cast.branch_secretary
        short, long = now_in_grid(), now_in_grid()
        from zhijin.cases.services.reporter import comment

        for number in range(20):
            comment(actor=member.actor, case_id=long.case_id, text=f"备注{number}", public=True)
        found = [statements(member, f"/desk/cases/{made.case_id}/") for made in (short, long)]
        assert found[0] == found[1] <= 24

    def test_the_rates_take_as_many_for_many_places_as_for_few(self, cast: Cast) -> None:
        member = cast.township_officer
        now_in_grid()
        before = statements(member, "/desk/cases/rates/")
        for number in range(10):
            add_place(f"{VILLAGE[:9]}3{number:02d}", f"村{number}")
        assert statements(member, "/desk/cases/rates/") == before

    def test_a_townships_first_page_tells_of_its_villages(self, cast: Cast) -> None:
        member = cast.township_officer
        assert "各地在办" not in member.client.get("/desk/").content.decode()
        now_in_grid()
        before = statements(member, "/desk/")
        add_place(f"{VILLAGE[:9]}301", "静村")
        now_in_grid()
        assert statements(member, "/desk/") == before
        page = member.client.get("/desk/").content.decode()
        _head, _title, part = page.partition('aria-label="各地在办"')
        assert f'href="/desk/cases/?place={VILLAGE}"' in part
        assert '<td class="num">2</td>' in part
        assert "静村" not in part, "what has nothing open takes no row"
        village = cast.branch_secretary.client.get("/desk/").content.decode()
        assert "各地在办" not in village, "a village has no parts here"

    def test_waiting_requests(self, cast: Cast) -> None:
        member, when = cast.township_officer, clock.now()
        found = []
        for _ in range(2):
            for _ in range(3):
                ask(cast.grid_worker, accepted(cast, when), when)
            found.append(statements(member, "/desk/cases/requests/"))
        assert found[0] == found[1]


@pytest.mark.usefixtures("ground")
class TestList:
    def test_it_shows_number_title_place_and_state(self, cast: Cast) -> None:
        made = now_in_grid(answers={"what": "村口的路塌了一块"})
        page = cast.grid_worker.client.get("/desk/cases/").content.decode()
        for words in (one(made.case_id).number, "村口的路塌了一块", "第一网格", "测试隐患"):
            assert words in page

    def test_a_piece_of_it_for_the_live_list(self, cast: Cast) -> None:
        now_in_grid()
        piece = cast.grid_worker.client.get("/desk/cases/", headers={"HX-Request": "true"})
        text = piece.content.decode()
        assert text.lstrip().startswith("<tr")
        assert "<html" not in text

    def test_pages_lead_on_and_back(self, cast: Cast) -> None:
        for _ in range(52):
            now_in_grid()
        client = cast.grid_worker.client
        first = client.get("/desk/cases/")
        assert len(first.context["rows"]) == 50
        second = client.get("/desk/cases/" + first.context["next"])
        assert len(second.context["rows"]) == 2
        assert second.context["next"] == ""
        shown = {row.id for page in (first, second) for row in page.context["rows"]}
        assert len(shown) == 52

    def test_what_was_written_is_escaped(self, cast: Cast) -> None:
        now_in_grid(answers={"what": "<script>alert(1)</script> 路塌了"})
        page = cast.grid_worker.client.get("/desk/cases/?q=<b>x").content.decode()
        assert "<script>alert" not in page
        assert "<b>x" not in page

    @pytest.mark.parametrize(
        "query", ["view=%00", "after=%00%7C", "place=99", "q=%00", "kind=%27", "owner=%F0"]
    )
    def test_odd_queries_are_no_fault_of_ours(self, cast: Cast, query: str) -> None:
        now_in_grid()
        assert cast.grid_worker.client.get(f"/desk/cases/?{query}").status_code in {200, 400}


@pytest.mark.usefixtures("ground")
class TestCasePage:
    def test_each_sees_the_steps_that_are_theirs(self, cast: Cast) -> None:
        made = now_in_grid()
        address = f"/desk/cases/{made.case_id}/"
        moves = {
            member.key: [a.move.id for a in member.client.get(address).context["actions"]]
            for member in (cast.grid_worker, cast.township_officer, cast.county_officer)
        }
        assert moves == {
            "grid_worker": ["handling", "returned"], "township_officer": ["handling"],
            "county_officer": [],
        }  # fmt: skip

    def test_the_list_is_narrowed_by_a_place_s_name(self, cast: Cast) -> None:
        made = now_in_grid()
        add_place(f"{VILLAGE[:9]}299", "沙坝村")
        elsewhere = opened(clock.now(), place_code=f"{VILLAGE[:9]}299")
        client = cast.county_officer.client
        # A village with grids is the village: a list is narrowed without a question.
        for asked, found in (
            ("大耆老", [made]), (VILLAGE, [made]), (GRID, [made]), ("沙坝", [elsewhere]),
        ):  # fmt: skip
            shown = client.get("/desk/cases/", {"place": asked})
            assert [row.case.id for row in shown.context["rows"]] == [one.case_id for one in found]
        lost = client.get("/desk/cases/", {"place": "没有这个地方"})
        assert "没有找到" in lost.content.decode()

    def test_what_each_may_do_beside(self, cast: Cast) -> None:
        made = accepted(cast, clock.now())
        address = f"/desk/cases/{made.case_id}/"
        may = {
            member.key: {k for k, v in member.client.get(address).context["may"].items() if v}
            for member in (cast.grid_worker, cast.branch_secretary, cast.township_officer)
        }
        assert may == {
            "grid_worker": {"transfer", "extend", "suspend"},
            "branch_secretary": {"dispatch", "merge", "transfer", "exclude"},
            "township_officer": {"dispatch", "whistle", "merge", "transfer", "exclude"},
        }

    def test_another_place_is_404_on_every_address_of_a_case(self, cast: Cast) -> None:
        made = now_in_grid(photos={"photos": [photo()]})
        with scoped(SYSTEM):
            digest = CasePhoto.objects.get().file_id
        base = f"/desk/cases/{made.case_id}/"
        client = cast.outsider.client
        for tail in ("", "receipt/", "private/", "organisations/", f"photo/{digest}/full/"):
            assert client.get(base + tail).status_code == 404, tail
        assert client.get(f"/field/cases/{made.case_id}/").status_code in {403, 404}
        for what in ("move", "comment", "ask", "whistle", "assign", "transfer", "merge", "call"):
            assert client.post(f"{base}do/{what}/", {"text": "x"}).status_code == 404, what
        assert kinds(made.case_id) == ["opened"]

    def test_an_unknown_act_is_refused(self, cast: Cast) -> None:
        made = now_in_grid()
        assert (
            cast.grid_worker.client.post(f"/desk/cases/{made.case_id}/do/explode/").status_code
            == 400
        )

    def test_a_refused_act_leaves_nothing_behind_and_says_why(self, cast: Cast) -> None:
        made = now_in_grid()
        answer = cast.grid_worker.client.post(
            f"/desk/cases/{made.case_id}/do/move/", {"move": "returned", "why": "", "version": "1"}
        )
        assert answer.status_code == 400
        assert "CA002" in answer.content.decode()
        assert kinds(made.case_id) == ["opened"]

    def test_nobody_signed_in_is_sent_to_sign_in(self, client: Client) -> None:
        made = now_in_grid()
        answer = client.get(f"/desk/cases/{made.case_id}/")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (
            302,
            reverse("portal:sign-in"),
        )
        assert client.post(f"/desk/cases/{made.case_id}/do/comment/").status_code in {302, 401, 403}

    def test_asking_and_deciding_over_http(self, cast: Cast) -> None:
        made = accepted(cast, clock.now())
        base = f"/desk/cases/{made.case_id}/do/"
        cast.grid_worker.client.post(
            f"{base}ask/", {"kind": "extend", "amount": "1 workday", "why": "等晴天"}
        )
        request = cast.township_officer.client.get(f"/desk/cases/{made.case_id}/").context[
            "pending"
        ]
        cast.township_officer.client.post(
            f"{base}decide/", {"request": str(request[0].id), "granted": "1", "answer": "同意"}
        )
        assert one(made.case_id).extensions == ["1 workday"]
        assert kinds(made.case_id)[-2:] == ["asked", "extended"]

    def test_merging_and_parting_over_http(self, cast: Cast) -> None:
        made, kept = now_in_grid(), now_in_grid()
        client = cast.branch_secretary.client
        client.post(f"/desk/cases/{made.case_id}/do/merge/", {"into": str(kept.case_id)})
        assert one(made.case_id).merged_into == kept.case_id
        client.post(f"/desk/cases/{made.case_id}/do/unmerge/", {"why": "两处"})
        assert one(made.case_id).merged_into is None

    def test_calling_the_reporter_over_http(self, cast: Cast) -> None:
        made = handled(cast, clock.now())
        cast.branch_secretary.client.post(
            f"/desk/cases/{made.case_id}/do/call/",
            {"reached": "1", "move": "closed", "satisfied": "4", "note": "说满意"},
        )
        assert (one(made.case_id).rating, one(made.case_id).is_open) == (4, False)

    def test_the_receipt_is_for_whoever_registered_the_case(self, cast: Cast) -> None:
        """A worker who could read the code could confirm their own work."""
        officer, worker = cast.township_officer, cast.grid_worker
        body = {"kind": "test-hazard", "place": GRID, "what": "老人来电话说路塌了"}
        answer = officer.client.post("/desk/cases/new/", body)
        address = answer["Location"] + "receipt/"
        made = one(UUID(address.split("/")[3]))
        code = receipts.code_of(made.id)
        assert f"{code[:5]}-{code[5:]}" in officer.client.get(address).content.decode()
        for member in (worker, cast.branch_secretary, cast.county_officer):
            refused_page = member.client.get(address)
            assert refused_page.status_code == 403, member.key
            assert code[:5] not in refused_page.content.decode()

    def test_personal_details_take_a_purpose_and_are_journalled(self, cast: Cast) -> None:
        made = now_in_grid(name="张三", phone="13800000000")
        address = f"/desk/cases/{made.case_id}/private/"
        client = cast.grid_worker.client
        assert "13800000000" not in client.get(address).content.decode()
        assert "13800000000" not in client.post(address, {"purpose": ""}).content.decode()
        assert "13800000000" in client.post(address, {"purpose": "handle"}).content.decode()
        assert JournalEntry.objects.filter(action="case.private.read").count() == 1


@pytest.mark.usefixtures("ground")
class TestRegistering:
    def test_at_the_counter_for_somebody(self, cast: Cast) -> None:
        client = cast.township_officer.client
        answer = client.post(
            "/desk/cases/new/",
            {"kind": "test-hazard", "place": VILLAGE, "what": "来电反映路塌了",
             "contact_phone": "13800000000", "idempotency_key": str(uuid7())},
        )  # fmt: skip
        assert answer.status_code == 302
        with scoped(SYSTEM):
            case = Case.objects.get()
        assert (case.channel, case.place_code, case.reporter) == (
            "desk", VILLAGE, cast.township_officer.actor.label,
        )  # fmt: skip

    def test_a_priority_that_the_page_does_not_ask_is_not_taken(self, cast: Cast) -> None:
        """It would jump the queue, and a long one would be a fault."""
        body = {"kind": "test-hazard", "place": GRID, "what": "路塌了", "priority": "first" * 20}
        assert cast.grid_worker.client.post("/field/report/", body).status_code == 302
        with scoped(SYSTEM):
            assert Case.objects.get().priority == ""

    @pytest.mark.parametrize("name", ["contact_phone", "contact_name"])
    def test_an_endless_number_or_name_is_refused(self, cast: Cast, name: str) -> None:
        body = {"kind": "test-hazard", "place": GRID, "what": "路塌了", name: "1" * 100}
        answer = cast.township_officer.client.post("/desk/cases/new/", body)
        portal = cast.resident.client.post(f"/report/test-hazard/?place={VILLAGE}", body)
        assert (answer.status_code, portal.status_code) == (400, 400)

    def test_a_double_click_makes_one(self, cast: Cast) -> None:
        body = {"kind": "test-hazard", "place": GRID, "what": "路塌了", "idempotency_key": "k1"}
        answers = [cast.grid_worker.client.post("/field/report/", body) for _ in range(2)]
        assert answers[0]["Location"] == answers[1]["Location"]
        with scoped(SYSTEM):
            assert Case.objects.count() == 1

    def test_with_a_photo_from_the_field(self, cast: Cast) -> None:
        answer = cast.grid_worker.client.post(
            "/field/report/",
            {"kind": "test-hazard", "what": "路塌了", "photos": upload(), "idempotency_key": "k2"},
        )
        assert answer.status_code == 302
        with scoped(SYSTEM):
            assert (Case.objects.get().photos, Case.objects.get().place_code) == (1, GRID)

    def test_what_is_missing_is_named_and_kept(self, cast: Cast) -> None:
        answer = cast.township_officer.client.post(
            "/desk/cases/new/",
            {"kind": "test-hazard", "place": VILLAGE, "what": "", "contact_name": "王五"},
        )
        assert answer.status_code == 400
        assert "王五" in answer.content.decode()


@pytest.mark.usefixtures("ground")
class TestRatesPage:
    def test_every_rate_shows_its_denominator(self, cast: Cast) -> None:
        when = clock.now()
        accepted(cast, when)
        opened(when, place_code=GRID_2)
        page = cast.township_officer.client.get("/desk/cases/rates/")
        assert page.status_code == 200
        assert page.context["whole"]["response"].denominator == 1

    @pytest.mark.parametrize(
        "query", ["month=2026-13", "month=x", "place=99", "place=%00", "month=1-1"]
    )
    def test_odd_queries_show_this_month(self, cast: Cast, query: str) -> None:
        assert cast.county_officer.client.get(f"/desk/cases/rates/?{query}").status_code in {
            200,
            400,
            404,
        }

    def test_each_place_below_has_its_own(self, cast: Cast) -> None:
        accepted(cast, clock.now())
        page = cast.county_officer.client.get("/desk/cases/rates/")
        found = {child.code: rate["response"].denominator for child, rate in page.context["rows"]}
        assert found == {VILLAGE[:9]: 1}

    def test_another_countys_rates_are_not_shown(self, cast: Cast) -> None:
        accepted(cast, clock.now())
        page = cast.outsider.client.get(f"/desk/cases/rates/?place={COUNTY}")
        assert page.context["whole"]["response"].denominator == 0


@pytest.mark.usefixtures("ground")
class TestFinding:
    """The search and guide of the desk's top line."""

    def found(self, member: Member, text: str) -> str:
        page = member.client.get("/desk/find/", {"q": text})
        assert page.status_code == 200
        return str(page.content.decode())

    def test_without_words_it_says_what_each_page_is_for(self, cast: Cast) -> None:
        page = self.found(cast.township_officer, "")
        assert 'href="/desk/rates/"' in page or 'href="/desk/cases/rates/"' in page
        assert "响应率、解决率、满意率，分母都写明" in page
        assert "建账号、发密码" not in page, "what one may not open is not promised"
        admin = self.found(cast.system_admin, "")
        assert "建账号、发密码" in admin
        assert "居民、网格员、设备上报的事" not in admin

    def test_every_line_belongs_to_an_entry_of_the_menu(self) -> None:
        assert set(HINTS) - {item.key for item in nav.items("desk")} == set()

    def test_a_number_leads_to_its_case(self, cast: Cast) -> None:
        made = now_in_grid()
        number = one(made.case_id).number
        answer = cast.branch_secretary.client.get("/desk/find/", {"q": f" {number.lower()} "})
        assert (answer.status_code, answer["Location"]) == (302, f"/desk/cases/{made.case_id}/")
        # Elsewhere the number means nothing, and nothing says that it exists.
        other = self.found(cast.outsider, number)
        assert "没有找到" in other
        assert str(made.case_id) not in other

    def test_words_find_cases_places_and_pages_in_ones_scope(self, cast: Cast) -> None:
        made = now_in_grid(answers={"what": "水井盖不见了"})
        assert f"/desk/cases/{made.case_id}/" in self.found(cast.branch_secretary, "水井盖")
        assert f"/desk/cases/{made.case_id}/" not in self.found(cast.outsider, "水井盖")
        assert f'href="/desk/places/{VILLAGE}/"' in self.found(cast.township_officer, "大耆老")
        assert f'href="/desk/places/{VILLAGE}/"' not in self.found(cast.outsider, "大耆老")
        assert "/desk/calendar/" in self.found(cast.county_officer, "工作日")

    @pytest.mark.parametrize("text", ["\0", "%", "'; --", "<b>", "？" * 200])
    def test_strange_words_find_nothing_and_break_nothing(self, cast: Cast, text: str) -> None:
        page = self.found(cast.branch_secretary, text)
        assert "<b>" not in page

    def test_it_takes_few_statements(self, cast: Cast) -> None:
        member = cast.branch_secretary
        now_in_grid(answers={"what": "水井盖不见了"})
        before = statements(member, "/desk/find/?q=水井盖")
        for _ in range(5):
            now_in_grid(answers={"what": "水井盖不见了"})
        assert statements(member, "/desk/find/?q=水井盖") == before <= 12
