"""A village that paints and shows, its county, and how works and shows are written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.activities.service.conftest import do, facts, see
from tests.cast import COUNTY, VILLAGE, Cast
from tests.orgs.conftest import places, refusing, register
from zhijin.activities.models import Show, Work
from zhijin.activities.practice import writing
from zhijin.core import clock, files
from zhijin.core.actor import Actor
from zhijin.orgs.models import Organisation

__all__ = ["do", "facts", "places", "see"]


@contextmanager
def refused(error: str) -> Iterator[None]:
    """Expects a refusal of that id, and undoes only what was refused."""
    with refusing() as caught:
        yield
    assert caught.value.id == error


def picture(shade: int = 0) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (8, 6), (shade, 90, 60)).save(out, "PNG")
    out.seek(0)
    out.name = "work.png"
    return out


def stored(shade: int = 0) -> str:
    given = picture(shade)
    return files.store_photo(given, "work.png", given.getbuffer().nbytes).digest


@dataclass
class Village:
    """The cast's village and an office of its county; the secretary writes down, the county reads."""

    org: Organisation
    office: Organisation
    secretary: Actor
    county: Actor

    def work(
        self, title: str = "婚事新办", *, org: Organisation | None = None, **more: Any
    ) -> Work:
        values = {"finished_on": clock.today(), "consent": "书面同意", **more}
        draft = writing.Draft(
            values.pop("kind", "painting"), values.pop("topic", "customs"), title, **values
        )
        where = org or self.org
        return do(
            self.county if org else self.secretary, writing.add, org_key=where.key, draft=draft
        )

    def show(
        self, days: int = -1, *, org: Organisation | None = None, kind: str = "exhibit", **more: Any
    ) -> Show:
        plan = writing.Plan(
            kind,
            "农民画里话文明画展",
            clock.now() + timedelta(days=days),
            **{"where": "村文化广场", **more},
        )
        actor = self.county if org else self.secretary
        return do(actor, writing.call, org_key=(org or self.org).key, plan=plan)

    def held(self, came: int = 120, online: int = 0, **more: Any) -> Show:
        show = self.show(**more)
        actor = self.county if more.get("org") else self.secretary
        count = writing.Count(came, online, "入口计数器")
        return do(actor, writing.held, show_id=show.id, count=count)


@pytest.fixture
def village(places: None, cast: Cast) -> Village:
    return Village(
        register("大耆老村党总支", VILLAGE, kind="general_branch"),
        register("昭阳区文化和旅游局党支部", COUNTY, sector=3),
        cast.branch_secretary.actor, cast.county_officer.actor,
    )  # fmt: skip


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)
