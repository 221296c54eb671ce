"""A resident's report to its confirmed end, in a real browser, as the people in it would do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import LOOKS, PHONE, findings, overflow, problems
from tests.cases.conftest import IN_GRID, jpeg
from tests.cast import VILLAGE, Cast, Member
from zhijin.access.middleware import COOKIE
from zhijin.cases.models import Case
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HERE = {"geolocation": {"longitude": IN_GRID[0], "latitude": IN_GRID[1]},
        "permissions": ["geolocation"]}  # fmt: skip


def signed_in(open_page: Any, member: Member, path: str, **options: Any) -> Page:
    """A page of somebody of the cast."""
    page: Page = open_page("/s/", **options)
    origin = page.url.removesuffix("/s/")
    page.context.add_cookies([{"name": COOKIE, "value": member.token, "url": origin}])
    answer = page.goto(origin + path)
    assert answer is not None
    assert answer.status == 200, f"{path}: {answer.status}"
    return page


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "road.jpg"
    path.write_bytes(jpeg((1600, 1200)))
    return path


@pytest.mark.usefixtures("ground")
def test_from_report_to_confirmation(open_page: Any, cast: Cast, photo: Path) -> None:
    worker = cast.grid_worker
    resident: Page = open_page(f"/report/test-hazard/?place={VILLAGE}", size=PHONE, **HERE)
    # Three taps: photo, position, send (words are typed, not tapped).
    resident.set_input_files("input[type=file]", photo)
    resident.get_by_role("button", name="用现在的位置").click()
    expect(resident.locator("[data-locate-status]")).to_contain_text("已取得位置")
    resident.get_by_label("情况", exact=False).first.fill("村口的路塌了一块")
    resident.get_by_role("button", name="提交").click()
    resident.wait_for_url("**/s/**")
    code = resident.locator(".receipt-code").inner_text()
    assert len(code.replace("-", "")) == 10

    field = signed_in(open_page, worker, "/field/", size=PHONE)
    field.get_by_role("link", name="村口的路塌了一块").click()
    # The move of the reported stage that the worker may take without questions.
    field.locator("form", has=field.locator("input[name=move][value=handling]")).get_by_role(
        "button"
    ).click()
    field.locator("summary").filter(has_text="待确认").or_(
        field.locator("details.act > summary")
    ).first.click()
    field.set_input_files("details.act[open] input[type=file]", photo)
    field.locator("details.act[open] button.button-primary").click()
    expect(field.locator(".badge").first).to_be_visible()

    resident.reload()
    resident.locator("label.choice-tile", has_text="5").first.click()
    resident.locator("details[open] button.button-primary").click()
    resident.wait_for_load_state()
    with scoped(Actor.system("test")):
        case = Case.objects.get()
    assert (case.state, case.rating, case.resolved, case.is_open) == ("closed", 5, True, False)
    expect(resident.locator(".timeline li")).to_have_count(4)


@pytest.mark.usefixtures("ground")
@pytest.mark.parametrize(("size", "lang"), LOOKS.values(), ids=LOOKS)
def test_the_portal_is_accessible(open_page: Any, size: tuple[int, int], lang: str) -> None:
    page = open_page("/", size=size, lang=lang)
    origin = page.url.removesuffix("/")
    for path in ("/", f"/p/{VILLAGE}/", f"/report/?place={VILLAGE}",
                 f"/report/test-hazard/?place={VILLAGE}", "/s/"):  # fmt: skip
        answer = page.goto(origin + path)
        assert answer is not None
        assert answer.status == 200, path
        assert problems(page) == [], path


@pytest.mark.usefixtures("ground")
@pytest.mark.parametrize(("size", "lang"), LOOKS.values(), ids=LOOKS)
def test_the_desk_is_accessible(
    open_page: Any, cast: Cast, size: tuple[int, int], lang: str
) -> None:
    from tests.cases.conftest import opened

    made = opened(lon=IN_GRID[0], lat=IN_GRID[1])
    secretary = cast.branch_secretary
    page = signed_in(open_page, secretary, "/desk/", size=size, lang=lang)
    origin = page.url.removesuffix("/desk/")
    for path in ("/desk/", "/desk/cases/", f"/desk/cases/{made.case_id}/", "/desk/cases/new/",
                 "/desk/cases/rates/", "/desk/cases/requests/"):  # fmt: skip
        page.goto(origin + path)
        assert problems(page) == [], path


@pytest.mark.usefixtures("ground")
def test_the_field_is_accessible(open_page: Any, cast: Cast) -> None:
    from tests.cases.conftest import opened

    made = opened(lon=IN_GRID[0], lat=IN_GRID[1])
    page = signed_in(open_page, cast.grid_worker, "/field/", size=PHONE)
    origin = page.url.removesuffix("/field/")
    for path in ("/field/", f"/field/cases/{made.case_id}/", "/field/report/"):
        page.goto(origin + path)
        assert findings(page) == [], path
        assert overflow(page) == [], path


@pytest.mark.usefixtures("ground")
def test_large_type_stays_on_the_screen(open_page: Any) -> None:
    page = open_page(f"/report/test-hazard/?place={VILLAGE}", size=PHONE, zoom=2)
    assert overflow(page) == []
