"""One record of every kind of service in the cast's village, for the permission matrix."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.activities.service.conftest import SYSTEM, do, photo, ship
from zhijin.activities.models import Claim
from zhijin.activities.practice import writing
from zhijin.activities.service import claiming, helping, proxying, teams
from zhijin.activities.service.claiming import Wanted
from zhijin.activities.service.proxying import Given
from zhijin.activities.service.proxying import Wanted as AskedFor
from zhijin.core import clock, files
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.people import api as people


def _proxied(org: Organisation) -> Any:
    """An application on another's behalf with a photographed consent."""
    with TemporaryDirectory() as folder:
        ship(Path(folder))
    picture = photo()
    digest = files.store_photo(picture, "done.jpg", picture.getbuffer().nbytes).digest
    given = Given("paper", "委托书 2026-7 号", clock.today() + timedelta(days=20), digest)
    wanted = AskedFor("pension-check", "王芒种", "送审材料", given, papers=[("户口簿", "original")])
    return do(SYSTEM, proxying.open_proxy, org_key=org.key, wanted=wanted)[0]


def make(org: Organisation, member: people.BranchMember, place_code: str) -> dict[str, Any]:
    """A need with a service and its photo, a team, a linked household, a work and a show."""
    now = clock.now()
    wanted = Wanted(
        "clean", "清沟", "带铁锹", "村委会", now - timedelta(hours=1), now + timedelta(days=2), 5
    )
    need = do(SYSTEM, claiming.publish, org_key=org.key, wanted=wanted)
    claim = do(SYSTEM, claiming.claim_unit, need_id=need.id, org_key=org.key, people=1)
    picture = photo()
    digest = files.store_photo(picture, "done.jpg", picture.getbuffer().nbytes).digest
    with scoped(SYSTEM):
        Claim.objects.filter(id=claim.id).update(photos=[digest])
    team = do(SYSTEM, teams.found, org_key=org.key, name="南关小红")
    house = do(SYSTEM, people.register_household, place_code=place_code, number="99")
    link = do(
        SYSTEM, helping.link, org_key=org.key, wanted=helping.Linking("link", house.id, member.id)
    )
    proxied = _proxied(org)
    drawn = writing.Draft(
        "painting", "customs", "婚事新办", clock.today(), "书面同意", digest=digest
    )
    work = do(SYSTEM, writing.add, org_key=org.key, draft=drawn)
    plan = writing.Plan("exhibit", "农民画展", now - timedelta(days=1), "村文化广场")
    show = do(SYSTEM, writing.call, org_key=org.key, plan=plan)
    return {
        "proxy": proxied,
        "work": work,
        "show": show,
        "need": need,
        "claim": claim,
        "digest": digest,
        "team": team,
        "link": link,
    }
