"""Notices and publications on the desk."""

from __future__ import annotations

import pytest

from tests.cases.conftest import upload
from tests.cast import VILLAGE, Cast
from tests.programmes.conftest import SYSTEM, case_of, closed, follow_all, opened, step
from zhijin.core.actor import Actor
from zhijin.core.files import store_photo
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.programmes import selectors
from zhijin.programmes.models import Notice, Publication

pytestmark = pytest.mark.usefixtures("effects")
PERSONAL = "村民张三丰家门口灯不亮，电话 13812345678"


def held(cast: Cast, **more: object) -> Publication:
    closed(cast, PERSONAL, **more)
    with scoped(SYSTEM):
        return Publication.objects.get(state="held")


def board() -> list[selectors.Item]:
    with scoped(Actor.resident()):
        return selectors.board(VILLAGE)


class TestNotices:
    def test_they_are_listed_and_marked_as_read(self, cast: Cast) -> None:
        made = opened()
        step(cast, made, "handling")
        follow_all()
        client = cast.grid_leader.client
        page = client.get("/desk/notices/")
        assert "开始办理" in page.content.decode()
        with scoped(cast.grid_leader.actor):
            assert selectors.unread_count(cast.grid_leader.actor) == 1
            notice = selectors.notices(cast.grid_leader.actor)[0]
        assert client.post("/desk/notices/", {"notice": [str(notice.id), "x"]}).status_code == 302
        assert "开始办理" not in client.get("/desk/notices/").content.decode()
        assert "开始办理" in client.get("/desk/notices/", {"show": "all"}).content.decode()
        with scoped(cast.grid_leader.actor):
            assert selectors.unread_count(cast.grid_leader.actor) == 0

    def test_anothers_notice_cannot_be_marked(self, cast: Cast) -> None:
        made = opened()
        step(cast, made, "handling")
        follow_all()
        with scoped(SYSTEM):
            notice = Notice.objects.get(role="grid_leader")
        cast.outsider.client.post("/desk/notices/", {"notice": str(notice.id)})
        with scoped(cast.grid_leader.actor):
            assert selectors.unread_count(cast.grid_leader.actor) == 1

    def test_they_speak_english_too(self, cast: Cast) -> None:
        made = opened()
        step(cast, made, "handling")
        follow_all()
        page = cast.grid_leader.client.get("/desk/notices/", headers={"Accept-Language": "en"})
        assert "begins" in page.content.decode()

    def test_a_page_follows_a_page(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(selectors, "PAGE", 1)
        monkeypatch.setattr(selectors.notices, "__kwdefaults__", {
            "unread": False, "after": None, "size": 1,
        })  # fmt: skip
        for n in range(2):
            step(cast, opened(key=str(n)), "handling")
        follow_all()
        client = cast.grid_leader.client
        first = client.get("/desk/notices/").content.decode()
        assert "after=" in first
        with scoped(cast.grid_leader.actor):
            newest = selectors.notices(cast.grid_leader.actor)[0]
        second = client.get("/desk/notices/", {"after": str(newest.id)}).content.decode()
        assert "开始办理" in second


class TestPublications:
    def test_a_held_one_is_changed_and_published(self, cast: Cast) -> None:
        row = held(cast)
        client, path = cast.branch_secretary.client, f"/desk/publications/{row.id}/"
        assert "电话号码" in client.get("/desk/publications/").content.decode()
        page = client.get(path).content.decode()
        assert "13812345678" in page
        assert "遮住以后是" in page
        refused = client.post(path, {"do": "publish", "text-what": PERSONAL})
        assert refused.status_code == 409
        assert board() == []
        done = client.post(path, {"do": "publish", "text-what": "门口的灯不亮"})
        assert done.status_code == 302
        (item,) = board()
        assert ("情况", "门口的灯不亮") in item.rows
        with scoped(SYSTEM):
            entry = JournalEntry.objects.get(action="publication.show")
        assert entry.actor == cast.branch_secretary.actor.label

    def test_whoever_has_checked_may_publish_what_only_looks_personal(self, cast: Cast) -> None:
        row = held(cast)
        client = cast.branch_secretary.client
        path = f"/desk/publications/{row.id}/"
        assert client.post(path, {"do": "publish", "checked": "1"}).status_code == 302
        with scoped(SYSTEM):
            entry = JournalEntry.objects.get(action="publication.show")
        assert entry.detail["found"] == ["name", "phone"]
        assert entry.detail["checked"] is True

    def test_only_the_photos_that_were_kept_are_public(self, cast: Cast, client) -> None:
        with scoped(SYSTEM):
            photos = [store_photo(upload().file, "a.jpg", 1)]
        row = held(cast, photos={"photos": photos})
        media = f"/open311/v2/media/{row.case_id}/{photos[0].digest}.jpg"
        path = f"/desk/publications/{row.id}/"
        sent = {"do": "publish", "text-what": "灯不亮", "checked": "1"}
        assert cast.branch_secretary.client.post(path, sent).status_code == 302
        (item,) = board()
        assert item.photos == []
        assert client.get(media).status_code == 404

    def test_nothing_can_be_added(self, cast: Cast) -> None:
        row = held(cast)
        cast.branch_secretary.client.post(
            f"/desk/publications/{row.id}/",
            {"do": "publish", "text-what": "灯不亮", "text-tel": "13812345678", "text-kind": "x",
             "photo": "0" * 64},
        )  # fmt: skip
        (item,) = board()
        assert "13812345678" not in str(item.rows)
        assert item.photos == []

    def test_a_shown_one_is_taken_down_with_a_reason(self, cast: Cast) -> None:
        made = closed(cast)
        with scoped(SYSTEM):
            row = Publication.objects.get()
        client, path = cast.branch_secretary.client, f"/desk/publications/{row.id}/"
        assert client.post(path, {"do": "withdraw", "why": " "}).status_code == 400
        assert len(board()) == 1
        assert client.post(path, {"do": "withdraw", "why": "照片里有人脸"}).status_code == 302
        assert board() == []
        assert case_of(made).published_at is None
        assert client.post(path, {"do": "withdraw", "why": "再撤"}).status_code == 409
        assert client.get("/desk/publications/", {"state": "withdrawn"}).status_code == 200

    def test_anothers_place_does_not_exist(self, cast: Cast) -> None:
        row = held(cast)
        for do in ("publish", "withdraw"):
            answer = cast.outsider.client.post(
                f"/desk/publications/{row.id}/", {"do": do, "checked": "1", "why": "x"}
            )
            assert answer.status_code == 404
        assert cast.outsider.client.get(f"/desk/publications/{row.id}/").status_code == 404
        assert cast.grid_worker.client.get("/desk/publications/").status_code == 403
        assert board() == []

    def test_the_status_page_tells_the_reporter(self, cast: Cast, client) -> None:
        made = opened()
        step(cast, made, "handling")
        follow_all()
        assert "开始办理" in client.get(f"/s/{made.code}/").content.decode()
