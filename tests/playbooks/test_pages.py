"""The desk's pages of playbooks: read, upload with the findings in place, put into force, retire."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import COUNTY, Part, make_member
from tests.playbooks.support import SOUND, spoilt
from tests.playbooks.test_scenarios import STORIES
from tests.playbooks.test_services import draft, published
from tests.support import shipped
from zhijin.playbooks import counting, selectors
from zhijin.playbooks.models import PlaybookRevision

pytestmark = pytest.mark.django_db
UPLOAD = "/desk/playbooks/upload/"
TABS = (
    "playbook",
    "playbook-source",
    "playbook-scenarios",
    "playbook-simulate",
    "playbook-changes",
)


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    selectors.forget()
    yield
    selectors.forget()


def body(response: Any) -> str:
    return response.content.decode()


def form(source: str = SOUND, scenarios: str = STORIES, **more: str) -> dict[str, str]:
    return {"source": source, "scenarios": scenarios, "place": COUNTY, "do": "check", **more}


def test_every_page_of_every_shipped_playbook_in_both_languages(cast) -> None:
    shipped.install()
    client = cast.county_officer.client
    for row in PlaybookRevision.objects.all():
        for name in TABS if row.form == "playbook" else TABS[:2]:
            for lang in ("zh-hans", "en"):
                client.cookies["django_language"] = lang
                response = client.get(reverse(f"desk:{name}", args=[row.pk]) + "?cases=5")
                page = body(response)
                assert response.status_code == 200, (row.playbook, name, lang)
                assert "style=" not in page
                assert not re.search(r"<script(?![^>]*src=)[^>]*>", page)


def test_the_list_shows_what_holds_and_own_drafts(cast) -> None:
    shipped.install()
    draft(cast.county_officer.actor)
    page = body(cast.county_officer.client.get("/desk/playbooks/"))
    assert "道路交通隐患" in page
    assert "排水沟堵塞" in page
    assert UPLOAD in page
    village = body(cast.branch_secretary.client.get("/desk/playbooks/"))
    assert "道路交通隐患" in village
    assert "排水沟堵塞" not in village
    assert UPLOAD not in village


def test_open_cases_stand_in_the_picture(cast, monkeypatch) -> None:
    row = published(cast.county_officer.actor)
    monkeypatch.setattr(counting, "_counters",
                        [lambda _actor, _pks: {(row.pk, "handling"): 12}])  # fmt: skip
    client = cast.county_officer.client
    page = body(client.get(f"/desk/playbooks/{row.pk}/"))
    assert re.search(r'class="pb-count"[^>]*>12<', page)
    assert ">12<" in body(client.get("/desk/playbooks/"))
    newer = draft(cast.county_officer.actor, spoilt(("within: 3 workdays", "within: 4 workdays")))
    changes = body(client.get(f"/desk/playbooks/{newer.pk}/changes/"))
    assert "“处置中”的期限由“3 个工作日”改为“4 个工作日”" in changes
    assert "12 件在办" in changes


def test_upload_begins_from_a_sample_or_a_revision(cast) -> None:
    client = cast.county_officer.client
    assert "new-programme" in body(client.get(UPLOAD))
    row = published(cast.county_officer.actor)
    assert "排水沟堵塞" in body(client.get(f"{UPLOAD}?from={row.pk}"))
    assert "new-programme" in body(client.get(f"{UPLOAD}?from=nonsense"))


def test_findings_stand_in_place_and_nothing_is_saved(cast) -> None:
    bad = spoilt(("to: verifying", "to: verifyign"), ("amount: 2", "amount: 2000"))
    client = cast.county_officer.client
    response = client.post(UPLOAD, form(bad, do="save"))
    page = body(response)
    assert response.status_code == 422
    assert "PB201 · 39:13" in page
    assert "PB107" in page
    assert "^^^^^^^^^" in page
    assert "是不是“verifying”" in page
    assert "to: verifyign" in page  # the text is still there to be mended
    assert not PlaybookRevision.objects.exists()


def test_checking_shows_the_picture_and_the_scenarios(cast) -> None:
    client = cast.county_officer.client
    page = body(client.post(UPLOAD, form()))
    assert "pb-picture" in page
    assert "演练全部通过，每一步都走到了。" in page
    page = body(client.post(UPLOAD, form(scenarios="")))
    assert "PB308" in page
    assert not PlaybookRevision.objects.exists()


def test_from_upload_to_force_to_retirement(cast) -> None:
    client = cast.county_officer.client
    response = client.post(UPLOAD, form(do="save"), follow=True)
    row = PlaybookRevision.objects.get()
    assert response.redirect_chain[-1][0] == f"/desk/playbooks/{row.pk}/"
    assert "投入使用要由另一个人来做" in body(response)
    assert f"/desk/playbooks/{row.pk}/publish/" not in body(response)
    own = client.post(f"/desk/playbooks/{row.pk}/publish/", follow=True)
    assert "起草的人不能自己" in body(own)
    other = make_member("colleague", Part("丁霜降", "county_officer", COUNTY)).client
    assert f'name="seen" value="{row.digest}"' in body(other.get(f"/desk/playbooks/{row.pk}/"))
    stale = other.post(f"/desk/playbooks/{row.pk}/publish/", {"seen": "0" * 64}, follow=True)
    assert "又改了" in body(stale)
    done = other.post(f"/desk/playbooks/{row.pk}/publish/", {"seen": row.digest}, follow=True)
    assert "已投入使用" in body(done)
    row.refresh_from_db()
    assert row.state == "in_force"
    assert "删除草稿" not in body(client.get(f"/desk/playbooks/{row.pk}/"))
    response = client.post(f"/desk/playbooks/{row.pk}/retire/", {"why": ""}, follow=True)
    row.refresh_from_db()
    assert row.state == "in_force"
    client.post(f"/desk/playbooks/{row.pk}/retire/", {"why": "并入新方案"})
    row.refresh_from_db()
    assert row.state == "retired"


def test_files_are_taken_instead_of_the_texts(cast) -> None:
    client = cast.county_officer.client
    data: dict[str, Any] = form("x", "y", do="save")
    data["source_file"] = SimpleUploadedFile("playbook.yaml", SOUND.encode())
    data["scenarios_file"] = SimpleUploadedFile("scenarios.yaml", STORIES.encode())
    assert client.post(UPLOAD, data).status_code == 302
    assert PlaybookRevision.objects.get().source == SOUND
    data = form(do="check")
    data["source_file"] = SimpleUploadedFile("big.yaml", b"a" * 2_000_000)
    assert "PB002" in body(client.post(UPLOAD, data))
    data["source_file"] = SimpleUploadedFile("evil.yaml", b"\x89PNG\r\n\x00\x01\xff" * 50)
    assert client.post(UPLOAD, data).status_code == 422
    data["source_file"] = SimpleUploadedFile("bomb.yaml", b"a: &a [x,x]\nb: [*a,*a,*a]\n")
    assert "PB021" in body(client.post(UPLOAD, data))


def test_a_draft_without_stories_is_not_put_into_force(cast) -> None:
    client = cast.county_officer.client
    client.post(UPLOAD, form(scenarios="", do="save"))
    row = PlaybookRevision.objects.get()
    other = make_member("colleague", Part("丁霜降", "county_officer", COUNTY)).client
    page = body(other.post(f"/desk/playbooks/{row.pk}/publish/", follow=True))
    assert "演练没有全部通过" in page
    row.refresh_from_db()
    assert row.state == "draft"
    assert "还不能投入使用" in body(client.get(f"/desk/playbooks/{row.pk}/scenarios/"))
    client.post(f"/desk/playbooks/{row.pk}/discard/")
    assert not PlaybookRevision.objects.exists()


def test_the_texts_can_be_taken_away(cast) -> None:
    row = published(cast.county_officer.actor)
    client = cast.branch_secretary.client
    response = client.get(f"/desk/playbooks/{row.pk}/playbook.yaml")
    assert body(response) == SOUND
    assert 'filename="drain-1-playbook.yaml"' in response["Content-Disposition"]
    assert body(client.get(f"/desk/playbooks/{row.pk}/scenarios.yaml")) == STORIES


def test_simulation_takes_any_numbers(cast) -> None:
    row = published(cast.county_officer.actor)
    client = cast.county_officer.client
    for query in ("", "?cases=10&days=30&seed=7", "?cases=-4&days=x&seed=", "?cases=99999999"):
        assert client.get(f"/desk/playbooks/{row.pk}/simulate/{query}").status_code == 200


def test_who_may_come_in(cast) -> None:
    row = draft(cast.county_officer.actor)
    pages = [reverse(f"desk:{name}", args=[row.pk]) for name in TABS]
    for member, expected in (
        (cast.county_officer, 200), (cast.outsider, 404), (cast.township_officer, 404),
        (cast.grid_worker, 403), (cast.system_admin, 403), (cast.auditor, 403), (cast.resident, 302),
    ):  # fmt: skip
        for page in pages:
            assert member.client.get(page).status_code == expected, (member.key, page)
    writes = [
        reverse(f"desk:playbook-{do}", args=[row.pk]) for do in ("publish", "retire", "discard")
    ]
    for member in (cast.township_officer, cast.grid_worker, cast.auditor):
        assert all(member.client.post(url).status_code == 403 for url in writes)
        assert member.client.get(UPLOAD).status_code == 403
    assert all(cast.outsider.client.post(url).status_code == 404 for url in writes)
    assert PlaybookRevision.objects.filter(pk=row.pk, state="draft").exists()
    assert cast.county_officer.client.get(writes[0]).status_code == 405


def test_another_countys_place_is_refused(cast) -> None:
    response = cast.county_officer.client.post(UPLOAD, form(do="save", place="530621"))
    assert response.status_code == 403
    response = cast.county_officer.client.post(UPLOAD, form(do="save", place="x"))
    assert response.status_code == 422
    assert "PR004" in body(response) or "县级及以上" in body(response)
