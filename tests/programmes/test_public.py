"""What everybody may read of an ended case: the fields that its playbook opens, and not a word more."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cases.conftest import upload
from tests.cast import VILLAGE, Cast
from tests.programmes.conftest import SYSTEM, case_of, closed, follow_all, opened
from tests.programmes.test_pages import PERSONAL
from tests.support.racing import overtaken
from zhijin.cases.services.reporter import reopen
from zhijin.core.files import store_photo
from zhijin.core.scope import scoped
from zhijin.programmes import services
from zhijin.programmes.models import Publication

pytestmark = pytest.mark.usefixtures("effects")


def test_the_boards_row_opens_it(cast: Cast, client: Client) -> None:
    with scoped(SYSTEM):
        photo = store_photo(upload().file, "a.jpg", 1)
    number = case_of(closed(cast, photos={"photos": [photo]})).number
    assert f'href="/done/{number}/"' in client.get(f"/p/{VILLAGE}/").content.decode()
    text = client.get(f"/done/{number}/").content.decode()
    for told in (
        "路灯",
        "村口的路灯不亮",
        "灯不亮",
        "已换灯泡",
        photo.digest,
        "<svg",
        "/rules/effects/",
    ):
        assert told in text, told
    assert "13812345678" not in text
    assert "{&#x27;lon" not in text


def test_what_is_not_public_does_not_exist(cast: Cast, client: Client) -> None:
    running, waits = case_of(opened()).number, case_of(closed(cast, PERSONAL)).number
    for number in (running, waits, "530602-260101-ZZZZZZ", "x" * 200):
        assert client.get(f"/done/{number}/").status_code == 404, number


def test_what_was_taken_down_is_gone(cast: Cast, client: Client) -> None:
    number = case_of(closed(cast)).number
    assert client.get(f"/done/{number}/").status_code == 200
    with scoped(SYSTEM):
        row = Publication.objects.get(number=number)
    services.withdraw(actor=cast.branch_secretary.actor, publication_id=row.id, why="写错了")
    assert client.get(f"/done/{number}/").status_code == 404
    assert number not in client.get(f"/p/{VILLAGE}/").content.decode()


# -- two at one moment --------------------------------------------------------------------------


def published_at(made: object) -> object:
    return case_of(made).published_at  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_what_is_published_while_its_case_is_reopened_is_taken_down(cast: Cast) -> None:
    made, secretary = closed(cast, PERSONAL), cast.branch_secretary.actor
    with scoped(SYSTEM):
        row = Publication.objects.get()
    reopen(code=made.code, why="又不亮了")

    def publish() -> None:
        services.publish(actor=secretary, publication_id=row.id, texts={}, photos=[], checked=True)

    overtaken(publish, follow_all)
    with scoped(SYSTEM):
        assert Publication.objects.get().state == "withdrawn"
    assert published_at(made) is None


@pytest.mark.django_db(transaction=True)
def test_what_somebody_took_down_keeps_their_reason(cast: Cast) -> None:
    made = closed(cast)
    with scoped(SYSTEM):
        row = Publication.objects.get()
    services.withdraw(actor=cast.branch_secretary.actor, publication_id=row.id, why="照片里有人脸")
    with scoped(SYSTEM):
        before = Publication.objects.values("why", "decided_at", "decided_name").get()
    reopen(code=made.code, why="又不亮了")
    follow_all()
    with scoped(SYSTEM):
        assert Publication.objects.values("why", "decided_at", "decided_name").get() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_parts_one_is_shown_while_the_other_is_taken_down(cast: Cast) -> None:
    made, secretary = closed(cast), cast.branch_secretary.actor
    with scoped(SYSTEM):
        shown = Publication.objects.get()
        values = {name: getattr(shown, name) for name in ("county", "place_key", "place_code", "case_id", "number",
                  "playbook", "revision_id", "board", "fields", "photos", "prepared_at")}  # fmt: skip
        other = Publication.objects.create(**values, rule=1, state="held")
        # As of a rule of its own.
        Publication.objects.filter(id=shown.id).update(rule=1 + 1)
        Publication.objects.filter(id=other.id).update(rule=0)

    def publish() -> None:
        services.publish(
            actor=secretary, publication_id=other.id, texts={}, photos=[], checked=True
        )

    def withdraw() -> None:
        services.withdraw(actor=secretary, publication_id=shown.id, why="写错了")

    overtaken(publish, withdraw)
    assert published_at(made) is not None
