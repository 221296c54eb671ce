"""The HTTP API for cases as another system uses it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.cases.conftest import IN_GRID, opened, upload
from tests.cases.steps import handled
from tests.cases.test_parties import agency
from tests.cast import (
    COUNTY,
    GRID,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    Cast,
    Part,
    give,
    make_account,
)
from zhijin.access.api import issue_key
from zhijin.cases.models import Case
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

pytestmark = pytest.mark.usefixtures("ground")
API = "/api/v1"
KEY = "0199a6e2-0000-7000-8000-000000000001"


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(API + path, json.dumps(body), "application/json", headers=headers)


def keyed(key: str, part: Part) -> Client:
    """A program with a key and any role."""
    account = make_account(key, name=part.name, is_program=True)
    give(account, part.role, part.place)
    text = issue_key(actor=Actor.system("test"), account=account, label="t", ends_at=None)
    return Client(headers={"Authorization": f"Bearer {text}"})


def body(**more: Any) -> dict[str, Any]:
    return {
        "playbook": "test-hazard", "place_code": VILLAGE, "answers": {"what": "路灯不亮"}, **more,
    }  # fmt: skip


class TestOpening:
    def test_a_client_opens_a_case(self, cast: Cast) -> None:
        answer = post(cast.api_client.client, "/cases", body(), **{"Idempotency-Key": KEY})
        assert answer.status_code == 201, answer.content
        made = answer.json()
        with scoped(Actor.system("test")):
            case = Case.objects.get(pk=made["id"])
        assert (case.channel, case.playbook, case.place_code) == ("api", "test-hazard", VILLAGE)
        assert case.reporter == f"api:{cast.api_client.account.id}"
        assert made["number"] == case.number
        assert made["replayed"] is False

    def test_the_position_decides_the_grid_and_answers_the_question(self, cast: Cast) -> None:
        lon, lat = IN_GRID
        answer = post(
            cast.api_client.client, "/cases", body(place_code="", lon=lon, lat=lat),
            **{"Idempotency-Key": KEY},
        )  # fmt: skip
        assert answer.status_code == 201, answer.content
        with scoped(Actor.system("test")):
            case = Case.objects.get(pk=answer.json()["id"])
        assert case.place_code == GRID

    def test_the_same_key_and_body_is_the_same_case(self, cast: Cast) -> None:
        first = post(cast.api_client.client, "/cases", body(), **{"Idempotency-Key": KEY}).json()
        again = post(cast.api_client.client, "/cases", body(), **{"Idempotency-Key": KEY})
        assert again.status_code == 201
        assert again.json() == {**first, "replayed": True}
        with scoped(Actor.system("test")):
            assert Case.objects.count() == 1

    def test_the_same_key_with_another_body_is_refused(self, cast: Cast) -> None:
        post(cast.api_client.client, "/cases", body(), **{"Idempotency-Key": KEY})
        other = post(
            cast.api_client.client, "/cases", body(answers={"what": "别的"}),
            **{"Idempotency-Key": KEY},
        )  # fmt: skip
        assert other.status_code == 409
        assert other.json()["error"]["id"] == "CO422"

    def test_two_clients_may_use_the_same_key(self, cast: Cast) -> None:
        second = keyed("second", Part("乙系统", "api_client", VILLAGE))
        one = post(cast.api_client.client, "/cases", body(), **{"Idempotency-Key": KEY}).json()
        two = post(second, "/cases", body(), **{"Idempotency-Key": KEY}).json()
        assert one["id"] != two["id"]

    def test_without_an_idempotency_key_it_is_refused(self, cast: Cast) -> None:
        answer = post(cast.api_client.client, "/cases", body())
        assert answer.status_code == 400
        assert any("idempotency" in name.lower() for name in answer.json()["error"]["fields"])

    def test_elsewhere_it_is_refused(self, cast: Cast) -> None:
        answer = post(
            cast.api_client.client, "/cases", body(place_code=OTHER_VILLAGE),
            **{"Idempotency-Key": KEY},
        )  # fmt: skip
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("change", "status", "error"),
        [
            ({"playbook": "no-such"}, 404, "PR001"),
            ({"place_code": "530602105999"}, 400, "CA001"),
            ({"place_code": "12"}, 400, "CA001"),
            ({"place_code": "x"}, 400, "CO400"),
            ({"answers": {}}, 400, "CA002"),
            ({"answers": {"what": "a", "nobody-asked": 1}}, 400, "CA002"),
            ({"answers": {"what": "零\u0000"}}, 400, "CO400"),
            ({"lon": 103.6}, 400, "CO400"),
            ({"lon": 500, "lat": 27.3}, 400, "CO400"),
            ({"photos": {"photos": ["0" * 64]}}, 400, "CO400"),
            ({"surprise": 1}, 400, "CO400"),
        ],
    )
    def test_what_is_wrong_is_named(self, cast, change, status, error) -> None:
        answer = post(cast.api_client.client, "/cases", body(**change), **{"Idempotency-Key": KEY})
        assert (answer.status_code, answer.json()["error"]["id"]) == (status, error)

    @pytest.mark.parametrize("raw", [b"{", b"", b"[" * 100_000, b'{"playbook": NaN}', b"\xff\xfe"])
    def test_what_is_no_json_is_refused(self, cast: Cast, raw: bytes) -> None:
        answer = cast.api_client.client.post(
            API + "/cases", raw, "application/json", headers={"Idempotency-Key": KEY}
        )
        assert answer.status_code == 400
        assert answer.json()["error"]["id"] == "CO400"

    def test_photos_are_uploaded_first_and_named_by_digest(self, cast: Cast) -> None:
        client = cast.api_client.client
        stored = client.post(API + "/photos", {"file": upload()})
        assert stored.status_code == 201, stored.content
        digest = stored.json()["digest"]
        made = post(
            client, "/cases", body(photos={"photos": [digest]}), **{"Idempotency-Key": KEY}
        ).json()
        officer = cast.township_officer.client
        (photo,) = officer.get(f"{API}/cases/{made['id']}/photos").json()
        assert (photo["digest"], photo["field"]) == (digest, "photos")
        picture = officer.get(photo["url"])
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert picture.getvalue()[:2] == b"\xff\xd8"
        assert cast.outsider.client.get(photo["url"]).status_code == 404


class TestReading:
    def test_a_list_is_scoped(self, cast: Cast) -> None:
        made = opened()
        inside = cast.township_officer.client.get(API + "/cases").json()
        assert "items" in inside, inside
        assert [row["id"] for row in inside["items"]] == [str(made.case_id)]
        assert cast.outsider.client.get(API + "/cases").json()["items"] == []

    def test_pages_follow_each_other(self, cast: Cast) -> None:
        made = {str(opened(key=f"page-{n}").case_id) for n in range(5)}
        client, seen, after = cast.township_officer.client, [], ""
        for _ in range(5):
            page = client.get(API + "/cases", {"size": 2, "after": after, "view": "all"}).json()
            assert "items" in page, page
            seen += [row["id"] for row in page["items"]]
            after = page["after"]
            if not after:
                break
        assert sorted(seen) == sorted(made)

    @pytest.mark.parametrize(
        "query",
        [{"after": "x"}, {"after": "2026-01-01T00:00:00|" + "0" * 36}, {"place": "123"},
         {"size": "0"}, {"size": "201"}, {"view": "mine"}, {"q": "零\x00"}],
    )  # fmt: skip
    def test_odd_wishes_are_refused(self, cast: Cast, query: dict[str, str]) -> None:
        answer = cast.township_officer.client.get(API + "/cases", query)
        assert (answer.status_code, answer.json()["error"]["id"]) == (400, "CO400")

    def test_one_case_with_its_moves(self, cast: Cast) -> None:
        made = opened()
        case = cast.grid_worker.client.get(f"{API}/cases/{made.case_id}")
        assert case.status_code in {200, 404}
        found = cast.township_officer.client.get(f"{API}/cases/{made.case_id}").json()
        assert found["data"]["what"].startswith("村口")
        assert [move["to"] for move in found["moves"]] == ["handling"]

    def test_private_answers_never_appear(self, cast: Cast) -> None:
        made = opened(
            answers={"what": "路灯不亮", "id_no": "11010519491231002X"}, phone="13812345678",
            name="张三丰",
        )  # fmt: skip
        client = cast.county_officer.client
        texts = [
            client.get(f"{API}/cases/{made.case_id}{rest}").content.decode()
            for rest in ("", "/events", "/photos", "/requests")
        ]
        whole = "".join(texts) + client.get(API + "/cases").content.decode()
        for secret in ("11010519491231002X", "13812345678", "张三丰", made.code):
            assert secret not in whole

    def test_another_places_case_does_not_exist(self, cast: Cast) -> None:
        made = opened()
        for rest in ("", "/events", "/photos", "/requests"):
            answer = cast.outsider.client.get(f"{API}/cases/{made.case_id}{rest}")
            assert answer.status_code == 404, rest

    def test_a_stranger_must_sign_in(self, cast: Cast) -> None:
        answer = cast.resident.client.get(API + "/cases")
        assert answer.status_code == 401
        assert answer.json()["error"]["id"] == "CO401"

    def test_whoever_only_reports_reads_nothing(self, cast: Cast) -> None:
        assert cast.api_client.client.get(API + "/cases").status_code == 403

    def test_a_browsers_sign_in_reads_but_does_not_write(self, cast: Cast) -> None:
        made = opened()
        client = cast.township_officer.client
        assert client.get(f"{API}/cases/{made.case_id}").status_code == 200
        answer = post(client, f"/cases/{made.case_id}/moves", {"move": "handling"})
        assert answer.status_code == 401

    def test_rates_have_their_denominators(self, cast: Cast) -> None:
        opened()
        found = cast.township_officer.client.get(
            API + "/rates", {"since": "2026-06-01T00:00:00Z", "until": "2026-07-01T00:00:00Z"}
        )
        assert found.status_code == 200, found.content
        assert found.json()["resolution"] == {
            "numerator": 0, "denominator": 0, "basis_points": None,
        }  # fmt: skip


class TestHandling:
    @pytest.fixture
    def officer(self) -> Client:
        return keyed("officer-key", Part("街道系统", "township_officer", VILLAGE[:9]))

    def test_a_move_and_a_stale_version(self, officer: Client) -> None:
        made = opened()
        path = f"/cases/{made.case_id}/moves"
        moved = post(officer, path, {"move": "handling", "version": 1})
        assert moved.status_code == 200, moved.content
        assert (moved.json()["state"], moved.json()["version"]) == ("handling", 2)
        stale = post(officer, path, {"move": "handling", "version": 1})
        assert (stale.status_code, stale.json()["error"]["id"]) == (409, "CA016")
        events = officer.get(f"{API}/cases/{made.case_id}/events").json()
        assert [line["kind"] for line in events] == ["opened", "moved"]

    def test_a_move_that_is_not_there(self, officer: Client) -> None:
        made = opened()
        answer = post(officer, f"/cases/{made.case_id}/moves", {"move": "closed"})
        assert answer.status_code == 409

    def test_a_comment(self, officer: Client) -> None:
        made = opened()
        answer = post(officer, f"/cases/{made.case_id}/comments", {"text": "已电话联系"})
        assert answer.status_code == 201, answer.content
        assert (answer.json()["kind"], answer.json()["public"]) == ("commented", False)

    def test_merge_and_unmerge(self, officer: Client) -> None:
        one, two = opened(key="one"), opened(key="two")
        kept = post(officer, f"/cases/{one.case_id}/merge", {"into": str(two.case_id)})
        assert kept.status_code == 200, kept.content
        assert kept.json()["id"] == str(two.case_id)
        parted = post(officer, f"/cases/{one.case_id}/unmerge", {"why": "不是一件事"})
        assert parted.status_code == 200, parted.content
        assert parted.json()["is_open"] is True

    def test_transfer_within_the_county(self, officer: Client) -> None:
        made = opened()
        answer = post(
            officer, f"/cases/{made.case_id}/transfer", {"place_code": GRID, "why": "属于第一网格"}
        )
        assert answer.status_code == 200, answer.content
        assert answer.json()["place_code"] == GRID

    def test_an_extension_is_asked_and_granted_by_another(self, officer: Client) -> None:
        made = opened(lon=IN_GRID[0], lat=IN_GRID[1])
        worker = keyed("worker-key", Part("网格系统", "grid_worker", GRID))
        assert post(worker, f"/cases/{made.case_id}/moves", {"move": "handling"}).status_code == 200
        asked = post(
            worker, f"/cases/{made.case_id}/requests",
            {"kind": "extend", "why": "要等配件", "amount": "1 workday"},
        )  # fmt: skip
        assert asked.status_code == 201, asked.content
        granted = post(officer, f"/requests/{asked.json()['id']}/decision", {"granted": True})
        assert granted.status_code == 200, granted.content
        (row,) = officer.get(f"{API}/cases/{made.case_id}/requests").json()
        assert row["decision"] == "granted"


@pytest.mark.usefixtures("ground")
class TestJointHandling:
    """What the desk's buttons do with others: assign, call, answer, call back."""

    def officer(self) -> Client:
        return keyed("officer", Part("王立夏", "township_officer", TOWNSHIP))

    def test_a_case_is_assigned_to_somebody_of_the_list(self, cast: Cast) -> None:
        worker, officer = cast.grid_worker.account, self.officer()
        made = opened(place_code=GRID)
        path = f"/cases/{made.case_id}"
        people = officer.get(f"{API}{path}/people").json()
        assert people == [{"account": str(worker.id), "name": worker.name}]
        answer = post(officer, f"{path}/assign", {"account": people[0]["account"]})
        assert (answer.status_code, answer.json()["assignee_name"]) == (200, worker.name)
        wrong = post(officer, f"{path}/assign", {"account": str(made.case_id)})
        assert (wrong.status_code, wrong.json()["error"]["id"]) == (400, "CA020")

    def test_a_called_department_answers_once(self) -> None:
        roads, officer = agency("交通运输局"), self.officer()
        made = opened(place_code=GRID)
        path = f"/cases/{made.case_id}"
        post(officer, f"{path}/whistle", {"org_keys": [roads.key], "what": "请抢修"})
        (party,) = officer.get(f"{API}{path}/parties").json()
        assert (party["kind"], party["org_name"], party["answered_at"]) == (
            "called", "交通运输局", None,
        )  # fmt: skip
        account = make_account("roads", is_program=True)
        give(account, "department_officer", COUNTY, org_key=roads.key)
        key = issue_key(actor=Actor.system("test"), account=account, label="t", ends_at=None)
        department = Client(headers={"Authorization": f"Bearer {key}"})
        target = f"{path}/parties/{party['id']}/answer"
        for _twice in range(2):
            assert post(department, target, {"answer": "已派车"}).json()["answer"] == "已派车"
        assert post(department, target, {"answer": "不归我们"}).json()["error"]["id"] == "CA019"
        assert post(officer, target, {"answer": "代答"}).status_code == 403
        events = officer.get(f"{API}{path}/events").json()
        assert [e["kind"] for e in events] == ["opened", "whistled", "mustered"]

    def test_a_silent_reporter_is_called(self, cast: Cast) -> None:
        made, officer = handled(cast), self.officer()
        path = f"/cases/{made.case_id}/calls"
        assert post(officer, path, {"reached": False, "note": "无人接听"}).json()["is_open"] is True
        answer = post(
            officer, path,
            {"reached": True, "note": "满意", "move": "closed", "data": {"satisfied": 5}},
        )  # fmt: skip
        assert (answer.json()["is_open"], answer.json()["rating"]) == (False, 5)


class TestPublic:
    def test_what_may_be_reported_at_a_place(self, client: Client) -> None:
        (book,) = client.get(API + "/playbooks", {"place": VILLAGE, "opened_by": "resident"}).json()
        assert book["id"] == "test-hazard"
        assert [q["field"] for q in book["ask"]] == ["what", "where", "photos", "id_no"]
        english = client.get(
            f"{API}/playbooks/test-hazard", headers={"Accept-Language": "en"}
        ).json()
        assert english["title"] == "Test hazard"

    def test_the_status_by_code(self, client: Client) -> None:
        made = opened(phone="13812345678")
        found = client.get(f"{API}/status/{made.code}")
        assert found.status_code == 200, found.content
        assert (found.json()["number"], found.json()["state"]) == (made.number, "reported")
        assert "13812345678" not in found.content.decode()

    def test_a_wrong_code(self, client: Client) -> None:
        assert client.get(f"{API}/status/AAAAA-AAAAA").json()["error"]["id"] == "CA012"

    def test_guessing_codes_is_slowed_down(self, client: Client) -> None:
        answers = [client.get(f"{API}/status/AAAAAAAAA{n % 10}").status_code for n in range(125)]
        assert answers[0] == 404
        assert answers[-1] == 429

    def test_the_reporter_confirms_and_reopens(self, cast: Cast, client: Client) -> None:
        made = opened(lon=IN_GRID[0], lat=IN_GRID[1])
        worker = keyed("worker-key", Part("网格系统", "grid_worker", GRID))
        path = f"/cases/{made.case_id}/moves"
        assert post(worker, path, {"move": "handling"}).status_code == 200
        digest = worker.post(API + "/photos", {"file": upload()}).json()["digest"]
        done = post(worker, path, {"move": "verifying", "photos": {"after": [digest]}})
        assert done.status_code == 200, done.content
        status = client.get(f"{API}/status/{made.code}").json()
        assert {move["to"] for move in status["moves"]} == {"closed", "handling"}
        confirmed = post(
            client, f"/status/{made.code}/moves", {"move": "closed", "data": {"satisfied": 5}}
        )
        assert confirmed.status_code == 200, confirmed.content
        assert confirmed.json()["is_open"] is False
        again = post(client, f"/status/{made.code}/reopen", {"why": "又坏了"})
        assert again.status_code == 200, again.content
        assert again.json()["state"] == "handling"
