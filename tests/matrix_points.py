"""What the permission matrix needs of points: a running programme, an award with a photo, an account with its card."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from PIL import Image

from tests.cast import VILLAGE
from tests.ledger.rules.support import SMALL
from zhijin.core import clock, files
from zhijin.core.actor import Actor
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.ledger.points import awards, cards, holders, starting
from zhijin.playbooks import selectors, services

SYSTEM = Actor.system("test")


def make(household: Any) -> SimpleNamespace:
    """An award that waits to be checked, by a programme of the county, of a household with a card."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(out, "JPEG")
    out.seek(0)
    photo = files.store_photo(out, "a.jpg", out.getbuffer().nbytes)
    with scoped(SYSTEM):
        row = services.save_draft(actor=SYSTEM, source=SMALL, scenarios="", place_code="530602")
        services.publish(actor=Actor.system("second"), pk=row.pk)
    selectors.forget()
    with scoped(SYSTEM):
        book = starting.start(actor=SYSTEM, place_code=VILLAGE, programme="small")
        holder = holders.of_household(household, clock.today())
        award = awards.enter(
            actor=SYSTEM, book=book, rule_id="yard", holder=holder, day=clock.today(),
            note="院内外清扫整齐", photos=[photo.digest],
        )  # fmt: skip
        account = holders.account(book, holder)
        card = cards.issue(actor=SYSTEM, account=account, book=book)
    code = show_receipt(cards.code_of(card))
    return SimpleNamespace(
        award=award.id,
        digest=photo.digest,
        account=account.id,
        card=card.id,
        code=code,
        book=book.id,
    )


def samples(of: Callable[[Any], Any]) -> dict[str, Callable[[Any], dict[str, Any]]]:
    """The parameters of the addresses; ``of`` finds what :func:`make` made in the matrix's world."""
    account = dict.fromkeys(
        (
            "desk:points-account",
            "desk:points-account-sheet",
            "desk:points-card-issue",
            "desk:points-account-paper",
        ),
        lambda w: {"pk": of(w).account},
    )
    return {
        **account,
        "desk:points-rules-file": lambda w: {"pk": of(w).book, "kind": "docx"},
        "api:list_points_rules": lambda _: {"village": VILLAGE},
        "api:list_honours": lambda _: {"village": VILLAGE},
        "api:list_points_accounts": lambda w: {"book_id": of(w).book},
        "api:get_points_statement": lambda w: {"account_id": of(w).account},
        "api:get_own_points": lambda w: {"code": of(w).code},
        "desk:points-award": lambda w: {"pk": of(w).award},
        "desk:points-photo": lambda w: {"pk": of(w).award, "digest": of(w).digest},
        "desk:points-card": lambda w: {"pk": of(w).account, "card": of(w).card},
        "portal:points-card": lambda w: {"code": of(w).code},
        "portal:points-village": lambda _: {"code": VILLAGE},
    }


PLACED = {
    "desk:points-award", "desk:points-photo", "desk:points-account", "desk:points-account-sheet",
    "desk:points-card-issue", "desk:points-card", "desk:points-account-paper",
    "desk:points-rules-file", "api:list_points_accounts", "api:get_points_statement",
}  # fmt: skip
