"""Every component, on every face, measured in a real browser: axe, overflow, sizes of targets, elder mode."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import LOOKS, PHONE, OpenPage, findings, overflow, problems

pytestmark = pytest.mark.browser
FACES = ["/desk/style/", "/desk/style/portal/", "/desk/style/field/"]


@pytest.mark.parametrize(("size", "lang"), LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("path", FACES)
def test_components_are_accessible_and_fit(
    open_page: OpenPage, path: str, size: tuple[int, int], lang: str
) -> None:
    assert problems(open_page(path, size=size, lang=lang)) == []


#: Type twice as large, by lamplight (a device that is set to dark); and elder mode by day.
LARGE = {"200% in the dark": {"zoom": 2, "color_scheme": "dark"}, "elder": {"elder": True}}


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("how", LARGE.values(), ids=LARGE)
def test_large_type_fits_a_phone(open_page: OpenPage, path: str, how: dict[str, Any]) -> None:
    page = open_page(path, size=PHONE, lang="en", **how)
    assert overflow(page) == []
    assert findings(page) == []
