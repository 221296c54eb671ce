"""What the permission matrix needs of deliberation: a matter, a counted sitting, a proposal, a gathering, a request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from tests.activities.deliberation.conftest import NAMES, SYSTEM, do, draft, ship
from tests.cast import VILLAGE
from zhijin.activities.deliberation import balloting, proposing, serving, stepping
from zhijin.core import clock
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation

#: Names of addresses whose sample is a record of the cast's village.
PLACED = {
    "desk:matter", "desk:sitting", "desk:proposal", "desk:gathering", "desk:listed-request",
    "desk:matter-file", "desk:sitting-file", "desk:gathering-file",
}  # fmt: skip


def make(org: Organisation) -> SimpleNamespace:
    """One of each, in the cast's village; ``org`` provides the service."""
    with TemporaryDirectory() as folder:
        ship(Path(folder))
    wanted = stepping.Draft("four-two", "修村道", "机耕路硬化。")
    matter = do(SYSTEM, stepping.begin, place_code=VILLAGE, draft=wanted)
    sitting, slips = do(
        SYSTEM, balloting.call, matter_id=matter.id, wanted=balloting.Call(clock.now(), NAMES)
    )
    do(SYSTEM, balloting.open_vote, sitting_id=sitting.id)
    for slip in slips:
        balloting.cast(code=slip.code, choice="yes")
    counted = do(SYSTEM, balloting.count, sitting_id=sitting.id)
    later, _slips = do(
        SYSTEM, balloting.call, matter_id=matter.id, wanted=balloting.Call(clock.now(), NAMES)
    )
    proposal = do(SYSTEM, proposing.enter, place_code=VILLAGE, draft=draft())
    gathering = do(
        SYSTEM, proposing.gather, place_code=VILLAGE, kind="yard", title="星火夜话",
        starts_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    held = do(
        SYSTEM, proposing.gather, place_code=VILLAGE, kind="yard", title="上月夜话",
        starts_at=clock.now() - timedelta(days=30),
    )  # fmt: skip
    do(SYSTEM, proposing.held, gathering_id=held.id, came=30, notes="谈了修路。")
    item = do(
        SYSTEM,
        serving.offer,
        place_code=VILLAGE,
        item=serving.Item("property", "修灯", "", org.key, 2),
    )
    code = serving.ask(item_id=item.id, wanted=serving.Ask("灯坏了"), key="matrix")
    with scoped(SYSTEM):
        request = serving.by_code(code)
    return SimpleNamespace(
        matter=matter.id, sitting=later.id, counted=counted.id, proposal=proposal.id, gathering=gathering.id,
        held=held.id, item=item.id, request=request.id, code=show_receipt(code),
    )  # fmt: skip


def samples(of: Callable[[Any], Any]) -> dict[str, Callable[[Any], dict[str, Any]]]:
    """The parameters of the addresses; ``of`` finds what :func:`make` made in the matrix's world."""

    def village(_world: Any) -> dict[str, Any]:
        return {"code": VILLAGE}

    return {
        "desk:matter": lambda w: {"pk": of(w).matter},
        "desk:sitting": lambda w: {"pk": of(w).sitting},
        "desk:matter-file": lambda w: {"pk": of(w).matter},
        "desk:sitting-file": lambda w: {"pk": of(w).counted},
        "desk:gathering-file": lambda w: {"pk": of(w).held},
        "desk:proposal": lambda w: {"pk": of(w).proposal},
        "desk:gathering": lambda w: {"pk": of(w).gathering},
        "desk:listed-request": lambda w: {"pk": of(w).request},
        "portal:talk": village,
        "portal:proposal-new": village,
        "portal:proposal-alike": village,
        "portal:service-lists": village,
        "portal:proposal": lambda w: {"pk": of(w).proposal},
        "portal:resolution": lambda w: {"pk": of(w).matter},
        "portal:recount": lambda w: {"pk": of(w).counted},
        "portal:count-file": lambda w: {"pk": of(w).counted, "ending": "json"},
        "portal:listed-ask": lambda w: {"pk": of(w).item},
        "portal:listed-status": lambda w: {"code": of(w).code},
    }
