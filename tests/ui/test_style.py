"""Every component, on every face, measured in a real browser: axe, overflow, sizes of targets, elder mode."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import DESKTOP, PHONE, OpenPage, findings, overflow

pytestmark = pytest.mark.browser
FACES = ["/desk/style/", "/desk/style/portal/", "/desk/style/field/"]


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", FACES)
def test_components_are_accessible_and_fit(
    open_page: OpenPage, path: str, size: tuple[int, int], lang: str
) -> None:
    page = open_page(path, size=size, lang=lang)
    assert overflow(page) == []
    assert findings(page) == []


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("how", [{"zoom": 2}, {"elder": True}], ids=["200%", "elder"])
def test_large_type_fits_a_phone(open_page: OpenPage, path: str, how: dict[str, Any]) -> None:
    page = open_page(path, size=PHONE, lang="en", **how)
    assert overflow(page) == []
    assert findings(page) == []
