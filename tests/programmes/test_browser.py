"""The desk pages of programmes in a real browser: readable, reachable, nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import DESKTOP, PHONE, findings, overflow
from tests.cases.conftest import upload
from tests.cast import Cast, Member
from tests.programmes.conftest import SYSTEM, closed, follow_all, opened, step
from zhijin.access.middleware import COOKIE
from zhijin.core.actor import Actor
from zhijin.core.files import store_photo
from zhijin.core.scope import scoped
from zhijin.programmes.models import Publication
from zhijin.programmes.webhooks import endpoints, queueing

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site", "effects")]
Open = Callable[..., Any]


def signed_in(member: Member, site: str) -> dict[str, Any]:
    """Options of a browser in which a member is signed in."""
    cookie = {"name": COOKIE, "value": member.token, "domain": "127.0.0.1", "path": "/"}
    return {"storage_state": {"cookies": [{**cookie, "expires": -1, "httpOnly": True,
            "secure": False, "sameSite": "Lax"}], "origins": []}}  # fmt: skip


def looks_right(page: Any) -> None:
    assert findings(page) == []
    assert overflow(page) == []


@pytest.mark.parametrize(("size", "lang"), [(DESKTOP, "zh-hans"), (PHONE, "en")])
def test_notices(cast: Cast, site: str, open_page: Open, size: Any, lang: str) -> None:
    step(cast, opened(), "handling")
    follow_all()
    options = signed_in(cast.grid_leader, site)
    page = open_page("/desk/notices/", size=size, lang=lang, **options)
    looks_right(page)
    assert page.locator("main li").count() == 1
    page.locator("main li form button").click()
    page.wait_for_selector(".empty")


@pytest.mark.parametrize(("size", "lang"), [(DESKTOP, "zh-hans"), (PHONE, "en")])
def test_a_publication_is_cleaned_and_published(cast, site, open_page, size, lang) -> None:
    with scoped(SYSTEM):
        photo = store_photo(upload().file, "a.jpg", 1)
    closed(cast, "村民张三丰家门口的路灯不亮，电话 13812345678", photos={"photos": [photo]})
    options = signed_in(cast.branch_secretary, site)
    page = open_page("/desk/publications/", size=size, lang=lang, **options)
    looks_right(page)
    page.locator("main li a").click()
    page.wait_for_selector("textarea#text-what")
    looks_right(page)
    page.fill("#text-what", "门口的路灯不亮")
    page.click("button[value=publish]")
    page.wait_for_selector(".empty")
    with scoped(SYSTEM):
        row = Publication.objects.get()
    assert (row.state, row.fields["what"]) == ("shown", "门口的路灯不亮")


@pytest.mark.parametrize(("size", "lang"), [(DESKTOP, "zh-hans"), (PHONE, "en")])
def test_webhooks(cast, site, open_page, size, lang, monkeypatch) -> None:
    monkeypatch.setenv("ZHIJIN_WEBHOOK_ALLOW", "10.0.0.0/8")
    options = signed_in(cast.system_admin, site)
    page = open_page("/desk/admin/webhooks/", size=size, lang=lang, **options)
    looks_right(page)
    page.fill("#label", "市民热线平台")
    page.fill("#url", "https://10.1.2.3/zhijin/hook")
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=whsec_")
    looks_right(page)
    made, _ = endpoints.create(actor=Actor.system("t"), label="二", url="https://10.1.2.3/")
    queueing.ping(made)
    page = open_page(f"/desk/admin/webhooks/{made.id}/", size=size, lang=lang, **options)
    looks_right(page)
    assert page.locator("tbody tr").count() == 1
