"""What the ledger holds of one person, for the copy that is handed to them: points of their own, and of the households
in which they live or lived, for the time they were there. Nobody else is named: of a household stands its number only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.ledger import forms
from zhijin.ledger.models import Account, Appeal, Award, Book, Card, Listing, Redemption
from zhijin.ledger.naming import kind_title
from zhijin.ledger.selectors import statement
from zhijin.people.api import BranchMember, HeldLine, Membership, Person

_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class _Whose:
    """A holder as accounts name it, what the copy calls it, and the days of which the person is told."""

    record: str
    name: str
    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


def of(person: Person, _lists: Sequence[BranchMember]) -> list[HeldLine]:
    """Bookings with balances, what was not booked and why, replies and appeals, redemptions, lists, cards."""
    found: list[HeldLine] = []
    for whose in _holders(person):
        found += [*_booked(whose), *_awards(whose), *_lists_of(whose), *_cards(whose)]
    return found


def _holders(person: Person) -> Iterator[_Whose]:
    """Their own account through today; a household's from the day they came to the day they left."""
    today = clock.today()
    yield _Whose(person.record, _("本人"), _LONG_AGO, today)
    rows = Membership.objects.filter(person=person).select_related("household").order_by("id")
    for row in rows:
        name = _("{n} 号户").format(n=row.household.number)
        yield _Whose(
            f"household:{row.household_id}",
            name,
            row.valid_from or _LONG_AGO,
            row.valid_to or today,
        )


def _booked(whose: _Whose) -> Iterator[HeldLine]:
    accounts = Account.objects.filter(holder=whose.record).order_by("opened_at", "id")
    for account in accounts:
        book = Book.objects.get(county=account.county, id=account.book_id)
        said = statement(account, whose.first, whose.last)
        for line in said.lines:
            told = (
                whose.name, book.title, str(line.day), kind_title(line.kind), line.memo, f"{line.amount:+d}",
                _("余额 {n}").format(n=line.balance),
            )  # fmt: skip
            yield _("积分账"), _said(told)
        yield from _redeemed(whose, account)


def _redeemed(whose: _Whose, account: Account) -> Iterator[HeldLine]:
    rows = Redemption.objects.filter(county=account.county, account_id=account.id)
    for row in rows.order_by("made_at", "id"):
        day = clock.local(row.made_at).date()
        if whose.covers(day):
            told = (
                whose.name,
                row.title,
                f"× {row.quantity}",
                str(row.get_state_display()),
                str(day),
            )
            yield _("积分兑换"), _said(told)


def _awards(whose: _Whose) -> Iterator[HeldLine]:
    """What was proposed for them by which rule, also what was never booked; and what they said to it."""
    rows = [
        row
        for row in Award.objects.filter(holder=whose.record).order_by("day", "id")
        if whose.covers(row.day)
    ]
    said: dict[object, list[Appeal]] = {}
    for one in Appeal.objects.filter(award_id__in=[row.id for row in rows]).order_by(
        "made_at", "id"
    ):
        said.setdefault(one.award_id, []).append(one)
    for row in rows:
        rule = forms.revision(row.revision_id).model.rule(row.rule)
        title = rule.title.in_(_lang()) if rule else row.rule
        told = (
            whose.name, title, str(row.day), f"{row.asked:+d}", str(row.get_state_display()), row.note, row.why,
        )  # fmt: skip
        yield _("记分登记"), _said(told)
        for one in said.get(row.id, []):
            words = (
                str(one.get_kind_display()),
                one.text,
                str(one.get_state_display()),
                one.answer,
            )
            yield _("申辩和申诉"), _said(words)


def _lists_of(whose: _Whose) -> Iterator[HeldLine]:
    for row in Listing.objects.filter(holder=whose.record).order_by("drafted_at", "id"):
        day = clock.local(row.drafted_at).date()
        if whose.covers(day):
            told = (
                whose.name, str(row.get_kind_display()), row.deed, str(row.get_state_display()), row.consent,
                row.hearing, row.ended_why, str(day),
            )  # fmt: skip
            yield _("光荣榜和提醒榜"), _said(told)


def _cards(whose: _Whose) -> Iterator[HeldLine]:
    for row in Card.objects.filter(holder=whose.record).order_by("issued_at", "id"):
        day = clock.local(row.issued_at).date()
        if whose.covers(day):
            ended = _("已换新卡") if row.ended_at else ""
            yield _("积分卡"), _said((whose.name, str(day), ended))


def _said(parts: Sequence[str]) -> str:
    return " · ".join(filter(None, parts))


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"
