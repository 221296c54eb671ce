"""Programmes told to residents: no account, the rules of their own place, nothing of the administration's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import COUNTY, OTHER_COUNTY, PREFECTURE, VILLAGE
from tests.playbooks.support import ROOT, spoilt
from tests.playbooks.test_services import published
from tests.support import shipped
from zhijin.core.actor import Actor
from zhijin.core.ids import level_of, place_key
from zhijin.places.models import Place
from zhijin.playbooks import selectors
from zhijin.playbooks.engine import load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db: None) -> Any:
    """The shipped programmes, and the county of the cast with its own revision of one."""
    shipped.install()
    for code, name in ((PREFECTURE, "昭通市"), (COUNTY, "昭阳区"), (OTHER_COUNTY, "鲁甸县"),
                       (VILLAGE, "大耆老村")):  # fmt: skip
        Place.objects.create(code=code, key=place_key(code), name=name, level=level_of(code))
    selectors.forget()
    yield
    selectors.forget()


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_the_list_names_every_programme_and_says_which_are_not_for_residents(
    client: Client,
) -> None:
    text = read(client, "/rules/")
    books = [
        load(path.read_text(encoding="utf-8")).playbook
        for path in (ROOT / "playbooks").glob("*/playbook.yaml")
    ]
    closed = [book for book in books if book is not None and "resident" not in book.opens.by]
    assert text.count('class="row-title"') == len(books) > 8
    assert text.count("由工作人员或单位发起") == len(closed) >= 2
    assert text.index("道路交通隐患") < text.index("涉企保全绿色通道")


def test_a_programme_says_who_acts_by_when_what_if_late_and_what_is_public(
    client: Client,
) -> None:
    text = read(client, f"/rules/road-hazard/?place={VILLAGE}")
    for told in ("村规民约第八条", "这一步由网格员负责，2 个工作小时内办完。", "逾期时升级给村（社区）党组织书记",
                 "个人信息，不公开", "公开", "上报人可以", "各地通用"):  # fmt: skip
        assert told in text, told
    assert "由此算出的指标" not in text
    assert f"/report/road-hazard/?place={VILLAGE}" in text


def test_the_basis_and_the_summary_stand_once(client: Client) -> None:
    text = read(client, "/rules/road-hazard/")
    book = load((ROOT / "playbooks/road-hazard/playbook.yaml").read_text(encoding="utf-8")).playbook
    assert book is not None
    assert book.summary is not None
    assert text.count(book.basis) == text.count(book.summary.zh) == 1


def test_each_place_reads_its_own_revision(client: Client) -> None:
    published(Actor.system("test"), spoilt(("within: 3 workdays", "within: 4 workdays")))
    assert "4 个工作日内办完" in read(client, f"/rules/drain/?place={VILLAGE}")
    assert client.get(f"/rules/drain/?place={OTHER_COUNTY}").status_code == 404
    assert client.get("/rules/no-such/").status_code == 404


def test_what_a_playbook_says_is_text_and_never_markup(client: Client) -> None:
    hostile = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    source = spoilt(
        ("zh: 排水沟堵塞, en: Blocked drain", f"zh: '{hostile}', en: '{hostile}'"),
        ("basis: 村规民约第三条", f"basis: '{hostile}'"),
    )
    published(Actor.system("test"), source)
    for path in (f"/rules/drain/?place={VILLAGE}", f"/rules/?place={VILLAGE}",
                 f"/report/?place={VILLAGE}", f"/report/drain/?place={VILLAGE}"):  # fmt: skip
        text = read(client, path)
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert "&lt;script&gt;" in text, path


def test_it_speaks_english_too(client: Client) -> None:
    client.cookies["lang"] = "en"
    text = read(client, "/rules/dispute/")
    assert "Who handles each step, and by when" in text
    assert "Village staff answers for this step" in text


def test_the_foot_of_every_page_leads_to_the_rules_and_to_the_data_kept(client: Client) -> None:
    text = read(client, "/")
    for path in ("/rules/", "/privacy/", "/login/"):
        assert f'href="{path}"' in text


def test_a_number_is_asked_once(client: Client) -> None:
    """A programme that asks for a telephone number has no second box for it."""
    text = read(client, f"/report/road-hazard/?place={VILLAGE}")
    assert 'name="contact_phone"' not in text
    assert text.count('type="tel"') == 1
