"""Open311 GeoReport v2: every call in both forms, against our definitions of its text, and a real client."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from georeport import GeoReport
from lxml import etree

from tests.cases.conftest import IN_GRID, jpeg, opened, publish, upload
from tests.cast import COUNTY, GRID, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, Cast
from zhijin.access.models import Account, RoleGrant
from zhijin.cases.models import Case, CaseEvent, CasePhoto
from zhijin.cases.open311 import posting
from zhijin.core import clock, crypto
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.programmes.models import Publication

pytestmark = pytest.mark.usefixtures("ground")
V2 = "/open311/v2"
SYSTEM = Actor.system("test")
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("georeport-v2.rng")))

SECRET_PLAYBOOK = """
playbook: 1
id: test-secret
title: {zh: 不公开的事, en: Secret matter}
basis: 测试
opens:
  by: [resident, api_client]
  ask:
    - {field: what, type: longtext, required: true, label: {zh: 情况, en: What}}
    - {field: kind, type: choice, required: true, choices: [{id: a, zh: 甲, en: A}, {id: b, zh: 乙, en: B}]}
    - {field: more, type: choices, choices: [{id: x, zh: 子, en: X}, {id: y, zh: 丑, en: Y}]}
    - {field: count, type: number}
    - {field: day, type: date}
    - {field: blocked, type: boolean}
    - {field: tel, type: phone, private: true, purpose: 联系}
states:
  reported:
    owner: village_staff
    within: 2 workdays
    late: {escalate: township}
    moves: [{to: closed, by: village_staff}]
  closed: {final: true}
"""


def valid(response: Any, status: int = 200) -> etree._Element:
    """The root of an XML answer that has the right status, type and shape."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.lower().startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    root = etree.fromstring(response.content)
    assert SCHEMA.validate(root), SCHEMA.error_log
    return root


def both(client: Client, path: str, expect: int = 200, **query: Any) -> tuple[etree._Element, Any]:
    """One call in both forms."""
    root = valid(client.get(f"{V2}/{path}.xml", query), expect)
    answer = client.get(f"{V2}/{path}.json", query)
    assert answer.status_code == expect
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return root, json.loads(answer.content.decode("utf-8"))


@pytest.fixture
def key(cast: Cast) -> str:
    """The key of a system that may report in the whole county."""
    return cast.api_client.api_key


def send(client: Client, key: str, form: str = "json", **more: Any) -> Any:
    fields = {
        "api_key": key, "service_code": "test-hazard", "lat": IN_GRID[1], "long": IN_GRID[0],
        "description": "村口的路塌了一块", **more,
    }  # fmt: skip
    headers = fields.pop("headers", {})
    return client.post(f"{V2}/requests.{form}", fields, headers=headers)


def case_of(number: str) -> Case:
    with scoped(SYSTEM):
        return Case.objects.get(number=number)


def show_publicly(case: Case, fields: dict[str, Any], photos: list[str]) -> None:
    """As programmes does once a case is closed and its content was looked at."""
    with scoped(SYSTEM):
        Publication.objects.create(
            county=case.county, place_key=case.place_key, place_code=case.place_code,
            case_id=case.id, number=case.number, playbook=case.playbook,
            revision_id=case.revision_id, rule=0, board="village-affairs", fields=fields,
            photos=photos, state="shown", prepared_at=clock.now(), shown_at=clock.now(),
        )  # fmt: skip


class TestDescriptions:
    def test_discovery(self, client: Client) -> None:
        root, data = both(client, "discovery")
        assert root.findtext("endpoints/endpoint/url") == "http://testserver/open311/v2"
        assert data["endpoints"][0]["formats"] == ["text/xml", "application/json"]

    def test_services(self, client: Client) -> None:
        root, data = both(client, "services")
        assert [node.findtext("service_code") for node in root] == ["test-hazard"]
        (service,) = data
        assert (service["metadata"], service["type"]) == (True, "realtime")
        assert service["service_name"] == "测试隐患"

    def test_services_speak_the_readers_language(self, client: Client) -> None:
        answer = client.get(f"{V2}/services.json", headers={"Accept-Language": "en"})
        assert answer.json()[0]["service_name"] == "Test hazard"

    def test_services_of_a_jurisdiction(self, client: Client) -> None:
        publish(SECRET_PLAYBOOK, COUNTY)
        _, here = both(client, "services", jurisdiction_id=VILLAGE)
        _, there = both(client, "services", jurisdiction_id=OTHER_COUNTY)
        assert [s["service_code"] for s in here] == ["test-hazard", "test-secret"]
        assert [s["service_code"] for s in there] == ["test-hazard"]

    def test_what_other_systems_may_not_open_is_not_offered(self, client: Client, key: str) -> None:
        publish(SECRET_PLAYBOOK.replace("by: [resident, api_client]", "by: [resident]"))
        assert [s["service_code"] for s in both(client, "services")[1]] == ["test-hazard"]
        both(client, "services/test-secret", 404)
        valid(send(client, key, "xml", service_code="test-secret"), 404)

    def test_a_definition_has_every_type(self, client: Client) -> None:
        publish(SECRET_PLAYBOOK)
        root, data = both(client, "services/test-secret")
        assert root.findtext("service_code") == "test-secret"
        assert {a["code"]: a["datatype"] for a in data["attributes"]} == {
            "kind": "singlevaluelist", "more": "multivaluelist", "count": "number",
            "day": "datetime", "blocked": "singlevaluelist", "tel": "string",
        }  # fmt: skip
        assert [a["order"] for a in data["attributes"]] == [1, 2, 3, 4, 5, 6]
        kind = data["attributes"][0]
        assert (kind["required"], kind["variable"]) == (True, True)
        assert kind["values"] == [{"key": "a", "name": "甲"}, {"key": "b", "name": "乙"}]

    @pytest.mark.parametrize(
        ("path", "query", "status"),
        [
            ("services", {"jurisdiction_id": "999999"}, 404),
            ("services", {"jurisdiction_id": "city.gov"}, 404),
            ("services/no-such", {}, 404),
            ("services/test-hazard", {"jurisdiction_id": "11"}, 404),
            ("requests", {"jurisdiction_id": "999999"}, 404),
            ("requests", {"start_date": "yesterday"}, 400),
            ("requests", {"start_date": "2026-01-01T00:00:00"}, 400),
            ("requests", {"start_date": "0001-01-01T00:00:00Z"}, 400),
            ("requests", {"status": "lost"}, 400),
            ("requests", {"page": "0"}, 400),
            ("requests", {"page_size": "1001"}, 400),
            (
                "requests",
                {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
                400,
            ),
            ("requests/530602-260609-ABCDEF", {}, 404),
            ("requests/nonsense", {}, 404),
            ("tokens/nonsense", {}, 404),
        ],
    )
    def test_errors_have_code_and_description(self, client, path, query, status) -> None:
        root, data = both(client, path, status, **query)
        assert root.findtext("error/code") == str(status)
        assert data[0]["code"] == status
        assert data[0]["description"]

    def test_another_form_or_method_is_refused_in_form(self, client: Client) -> None:
        assert valid(client.get(f"{V2}/services.yaml"), 404).findtext("error/code") == "404"
        answer = client.post(f"{V2}/services.xml")
        valid(answer, 405)
        assert answer.headers["Allow"] == "GET"


class TestPosting:
    @pytest.mark.parametrize("form", ["xml", "json"])
    def test_a_request_becomes_a_case(self, client: Client, key: str, form: str) -> None:
        answer = send(
            client, key, form, first_name="三丰", last_name="张", phone="13812345678",
            email="a@example.org", device_id="d-1", account_id="acc-9",
        )  # fmt: skip
        if form == "xml":
            number = valid(answer, 201).findtext("request/service_request_id")
        else:
            assert answer.status_code == 201, answer.content
            (made,) = answer.json()
            assert made["account_id"] == "acc-9"
            assert "token" not in made
            number = made["service_request_id"]
        case = case_of(number)
        assert (case.channel, case.place_code, case.text) == ("open311", GRID, "村口的路塌了一块")
        assert crypto.unseal("case.phone", bytes(case.reporter_phone)) == "13812345678"
        assert crypto.unseal("case.name", bytes(case.reporter_name)) == "张三丰"

    def test_what_nobody_needs_is_not_kept(self, client: Client, key: str) -> None:
        made = send(client, key, email="who@example.org", device_id="imei-77", account_id="acc-9")
        case = case_of(made.json()[0]["service_request_id"])
        with scoped(SYSTEM):
            lines = list(CaseEvent.objects.filter(case_id=case.id).values_list("data", "why"))
        kept = json.dumps([case.data, case.text, lines], ensure_ascii=False, default=str)
        for word in ("who@example.org", "imei-77", "acc-9"):
            assert word not in kept

    def test_the_media_address_is_noted_and_never_fetched(self, client, key, monkeypatch) -> None:
        import socket

        def refuse(*_: Any, **__: Any) -> None:
            raise AssertionError("the platform called out")

        url = "https://photos.example/1.jpg"
        with monkeypatch.context() as patched:
            patched.setattr(socket, "create_connection", refuse)
            made = send(client, key, media_url=url)
        case = case_of(made.json()[0]["service_request_id"])
        with scoped(SYSTEM):
            line = CaseEvent.objects.get(case_id=case.id, kind="commented")
        assert url in line.why
        assert line.public is False

    def test_attributes_answer_the_questions(self, client: Client, key: str) -> None:
        publish(SECRET_PLAYBOOK)
        answer = send(
            client, key, service_code="test-secret", address_id=VILLAGE, lat="", long="",
            **{
                "attribute[kind]": "a", "attribute[more][]": ["x", "y"], "attribute[count]": "12",
                "attribute[day]": "2026-06-09", "attribute[blocked]": "true",
            },
        )  # fmt: skip
        assert answer.status_code == 201, answer.content
        case = case_of(answer.json()[0]["service_request_id"])
        assert case.data == {
            "what": "村口的路塌了一块", "kind": "a", "more": ["x", "y"], "count": 12,
            "day": "2026-06-09", "blocked": True,
        }  # fmt: skip

    def test_a_picture_may_come_along(self, client: Client, key: str) -> None:
        answer = send(client, key, media=[upload("a.jpg"), upload("b.jpg", jpeg(colour="navy"))])
        assert answer.status_code == 201, answer.content
        case = case_of(answer.json()[0]["service_request_id"])
        with scoped(SYSTEM):
            assert CasePhoto.objects.filter(case_id=case.id, field="photos").count() == 2

    def test_an_address_in_words_finds_its_village(self, client: Client, key: str) -> None:
        answer = send(client, key, lat="", long="", address_string="大耆老村", description="路塌了")
        assert answer.status_code == 201, answer.content
        case = case_of(answer.json()[0]["service_request_id"])
        assert case.place_code == VILLAGE
        assert "大耆老村" in case.text

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"service_code": ""}, 400),
            ({"service_code": "no-such"}, 404),
            ({"jurisdiction_id": "999999"}, 404),
            ({"lat": "", "long": ""}, 400),
            ({"lat": "27.3", "long": ""}, 400),
            ({"lat": "north", "long": "1"}, 400),
            ({"lat": "nan", "long": "1"}, 400),
            ({"lat": "0", "long": "0"}, 400),
            ({"lat": "", "long": "", "address_string": "没有这个地方"}, 400),
            ({"address_id": "12"}, 400),
            ({"description": ""}, 400),
            ({"description": "字" * 5000}, 400),
            ({"description": "零\x00"}, 400),
            ({"attribute[nobody]": "asked"}, 400),
            ({"attribute[": "x"}, 400),
            ({"attribute[id_no]": "123"}, 400),
            ({"phone": "1" * 40}, 400),
            ({"media": b"not a picture"}, 400),
        ],
    )
    def test_what_is_wrong_is_said_in_form(self, client, key, change, status) -> None:
        for form in ("xml", "json"):
            files = {"media": upload("a.jpg", change["media"])} if "media" in change else {}
            answer = send(client, key, form, **{**change, **files})
            if form == "xml":
                valid(answer, status)
            else:
                assert answer.status_code == status, answer.content
                assert answer.json()[0]["code"] == status
        with scoped(SYSTEM):
            assert not Case.objects.exists()

    @pytest.mark.parametrize("wrong", ["", "zk_wrong", "x" * 5000])
    def test_without_a_key_it_is_refused(self, client: Client, wrong: str) -> None:
        valid(send(client, wrong, "xml"), 403)

    def test_a_stopped_clients_key_no_longer_opens(self, client: Client, key: str) -> None:
        Account.objects.filter(username="api_client").update(is_active=False)
        valid(send(client, key, "xml"), 403)

    def test_a_browsers_sign_in_is_no_key(self, cast: Cast) -> None:
        valid(send(cast.township_officer.client, "", "xml"), 403)

    def test_elsewhere_the_key_does_not_reach(self, client: Client, key: str) -> None:
        valid(send(client, key, "xml", lat="", long="", address_id=OTHER_VILLAGE), 403)

    def test_the_same_idempotency_key_is_the_same_case(self, client: Client, key: str) -> None:
        header = {"Idempotency-Key": "k-1"}
        one = send(client, key, headers=header).json()[0]["service_request_id"]
        two = send(client, key, headers=header).json()[0]["service_request_id"]
        assert one == two
        other = send(client, key, headers=header, description="另一件事")
        assert other.status_code == 400
        assert "CO422" in other.json()[0]["description"]

    def test_the_same_device_and_words_soon_after_are_the_same_case(self, client, key) -> None:
        RoleGrant.objects.update(valid_from=clock.now() - timedelta(days=1))
        window = posting.WINDOW.total_seconds()
        edge = datetime.fromtimestamp(clock.now().timestamp() // window * window, UTC)

        def number(seconds: float, **more: Any) -> str:
            with clock.freeze(edge + timedelta(seconds=seconds)):
                found = send(client, key, device_id="d-1", **more).json()
            return str(found[0]["service_request_id"])

        first = number(-30)
        assert number(-29) == first
        assert number(30) == first
        assert number(30, description="别的事") != first
        assert number(3 * window) != first
        with scoped(SYSTEM):
            assert Case.objects.count() == 3


class TestReading:
    def test_an_unpublished_case_tells_no_word_of_its_reporter(self, client: Client) -> None:
        with clock.freeze(clock.now()):
            made = opened(
                clock.now(), lon=IN_GRID[0], lat=IN_GRID[1], phone="13812345678", name="张三丰",
                answers={"what": "张三丰家门口的路塌了", "where": {"lon": IN_GRID[0], "lat": IN_GRID[1]}},
            )  # fmt: skip
        root, data = both(client, f"requests/{made.number}")
        (told,) = data
        assert told["description"] is told["lat"] is told["long"] is told["media_url"] is None
        assert (told["status"], told["service_code"]) == ("open", "test-hazard")
        assert told["address_id"] == VILLAGE
        assert told["expected_datetime"]
        whole = etree.tostring(root, encoding="unicode") + json.dumps(data, ensure_ascii=False)
        for word in ("张三丰", "13812345678", "门口", made.code):
            assert word not in whole

    def test_a_published_case_tells_what_was_published(self, client: Client, key: str) -> None:
        made = send(client, key, media=[upload()]).json()[0]
        case = case_of(made["service_request_id"])
        with scoped(SYSTEM):
            (photo,) = CasePhoto.objects.filter(case_id=case.id)
        point = {"lon": 103.605, "lat": 27.305}
        show_publicly(case, {"where": point, "what": "路塌了"}, [photo.file_id])
        root, (told,) = both(client, f"requests/{case.number}")
        assert (told["lat"], told["long"], told["description"]) == (27.305, 103.605, "路塌了")
        assert root.findtext("request/lat") == "27.305"
        picture = client.get(told["media_url"].removeprefix("http://testserver"))
        assert picture.status_code == 200
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert picture.getvalue()[:2] == b"\xff\xd8"

    def test_a_photo_that_is_not_published_is_not_there(self, client: Client, key: str) -> None:
        case = case_of(send(client, key, media=[upload()]).json()[0]["service_request_id"])
        with scoped(SYSTEM):
            (photo,) = CasePhoto.objects.filter(case_id=case.id)
        assert client.get(f"{V2}/media/{case.id}/{photo.file_id}.jpg").status_code == 404

    def test_what_no_playbook_publishes_is_not_told(self, client, key, cast) -> None:
        publish(SECRET_PLAYBOOK)
        made = send(
            client, key, service_code="test-secret", address_id=VILLAGE, lat="", long="",
            **{"attribute[kind]": "a"},
        ).json()[0]  # fmt: skip
        number = made["service_request_id"]
        both(client, f"requests/{number}", 404)
        assert both(client, "requests")[1] == []
        assert both(client, "requests", service_request_id=number)[1] == []
        own = cast.api_client.client
        assert own.get(f"{V2}/requests/{number}.json").status_code == 200
        assert [r["service_request_id"] for r in own.get(f"{V2}/requests.json").json()] == [number]
        officer = cast.township_officer.client
        assert officer.get(f"{V2}/requests/{number}.json").status_code == 404

    def test_lists_are_filtered(self, client: Client) -> None:
        now = clock.now()
        numbers = [
            opened(now - timedelta(days=days), key=str(days)).number for days in (1, 30, 100)
        ]

        def listed(**query: str) -> list[str]:
            return [r["service_request_id"] for r in both(client, "requests", **query)[1]]

        def day(days: int) -> str:
            return (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

        assert listed() == numbers[:2]
        assert listed(start_date=day(40), end_date=day(20)) == [numbers[1]]
        assert listed(start_date=day(101)) == numbers[1:]
        assert listed(end_date=day(90)) == [numbers[2]]
        assert listed(status="closed") == []
        assert listed(status="open,closed") == numbers[:2]
        assert listed(service_code="test-hazard,other") == numbers[:2]
        assert listed(service_code="other") == []
        assert listed(jurisdiction_id=VILLAGE) == numbers[:2]
        assert listed(jurisdiction_id=OTHER_COUNTY) == []
        assert listed(service_request_id=",".join(numbers), status="closed") == numbers
        assert listed(page="2", page_size="1") == [numbers[1]]
        assert listed(start_date="", status="", service_code="") == numbers[:2]

    def test_an_id_is_its_own_token(self, client: Client) -> None:
        made = opened(clock.now())
        root, data = both(client, f"tokens/{made.number}")
        assert data == [{"service_request_id": made.number, "token": made.number}]
        assert root.findtext("request/token") == made.number

    def test_merged_cases_are_closed(self, client: Client, cast: Cast) -> None:
        from zhijin.cases.services.merging import merge

        one, two = opened(clock.now(), key="1"), opened(clock.now(), key="2")
        merge(actor=cast.township_officer.actor, case_id=one.case_id, into=two.case_id)
        told = both(client, f"requests/{one.number}")[1][0]
        assert (told["status"], told["status_notes"]) == ("closed", "重复上报，已并入另一件")

    def test_texts_that_xml_cannot_hold_are_replaced(self, client: Client) -> None:
        made = opened(clock.now())
        case = case_of(made.number)
        show_publicly(case, {"what": "坏\x01字 <&> 𠀀"}, [])
        root, (told,) = both(client, f"requests/{made.number}")
        assert root.findtext("request/description") == "坏\ufffd字 <&> 𠀀"
        assert told["description"] == "坏\x01字 <&> 𠀀"

    def test_other_sites_may_read(self, client: Client) -> None:
        answer = client.get(f"{V2}/services.json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


class TestWithAClient:
    """The published client of the standard, over HTTP."""

    @pytest.mark.parametrize("form", ["json", "xml"])
    def test_create_and_read(self, transactional_db, ground, live_server, cast, form) -> None:
        root = f"{live_server.url}{V2}"
        report = GeoReport(root, jurisdiction=COUNTY, output_format=form)
        services = report.get_service_list()
        found = services if isinstance(services, dict) else services[0]
        assert found["service_code"] == "test-hazard"
        assert report.get_service_definition("test-hazard")["service_code"] == "test-hazard"
        sent = httpx.post(
            f"{root}/requests.json", timeout=120, data={
                "api_key": cast.api_client.api_key, "service_code": "test-hazard",
                "lat": IN_GRID[1], "long": IN_GRID[0], "description": "路灯不亮",
                "jurisdiction_id": COUNTY,
            },
        )  # fmt: skip
        assert sent.status_code == 201, sent.text
        number = sent.json()[0]["service_request_id"]
        one = report.get_service_request(number)
        assert (one["service_request_id"], one["status"]) == (number, "open")
        listed = report.get_service_requests(status="open")
        rows = listed if isinstance(listed, list) else [listed]
        assert [row["service_request_id"] for row in rows] == [number]
