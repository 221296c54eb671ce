"""What everybody may read of an ended case: the fields that its playbook opens, and not a word more."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cases.conftest import upload
from tests.cast import VILLAGE, Cast
from tests.programmes.conftest import SYSTEM, case_of, closed, opened
from tests.programmes.test_pages import PERSONAL
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
