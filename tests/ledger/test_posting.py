"""What may be booked, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.ledger.conftest import SYSTEM, Books, days_ago, make_books
from tests.orgs.conftest import refusing
from zhijin.core import clock
from zhijin.core.ids import uuid7
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.ledger import posting, selectors, services
from zhijin.ledger.models import Account, Entry, Transfer


def test_a_transfer_moves_between_accounts_and_tells_of_it(books: Books) -> None:
    posted = books.grant("甲", 30, record="case:1", memo="清扫水沟")
    assert not posted.replayed
    assert books.held("甲") == 30
    with scoped(SYSTEM):
        lines = Entry.objects.filter(transfer_id=posted.id).order_by("amount")
        assert [(x.amount, x.balance) for x in lines] == [(-30, None), (30, 30)]
        assert selectors.balance(books.accounts["甲"], clock.today()) == 30
        fact = Fact.objects.get(kind="ledger.posted")
        assert (fact.value, fact.record) == (30, f"transfer:{posted.id}")
        entry = JournalEntry.objects.get(action="book.posted")
        assert entry.detail["moved"] == 30


def test_the_same_key_is_booked_once(books: Books) -> None:
    first = books.grant("甲", 5, key="k")
    again = books.grant("甲", 5, key="k")
    assert (again.id, again.replayed) == (first.id, True)
    assert books.held("甲") == 5
    with refusing() as caught:
        books.grant("甲", 6, key="k")
    assert caught.value.id == "LG007"
    assert books.held("甲") == 5


def test_a_long_key_is_not_cut_off(books: Books) -> None:
    books.grant("甲", 1, key="k" * 64 + "1")
    books.grant("甲", 1, key="k" * 64 + "2")
    assert books.held("甲") == 2


@pytest.mark.parametrize("amounts", [(1, -2), (0, 0), (10**15 + 1, -(10**15) - 1), (3,), ()])
def test_what_does_not_balance_is_refused(books: Books, amounts: tuple[int, ...]) -> None:
    accounts = [books.account("甲"), books.account("乙")]
    with refusing() as caught:
        books.post(*zip(accounts, amounts, strict=False), key="k")
    assert caught.value.id == "LG001"


def test_one_account_may_not_stand_on_two_sides(books: Books) -> None:
    with refusing() as caught:
        books.post((books.account("甲"), 1), (books.account("甲"), -1), key="k")
    assert caught.value.id == "LG001"


def test_nothing_is_overspent_and_nothing_half_done(books: Books) -> None:
    books.grant("甲", 10)
    with refusing() as caught:
        books.spend("甲", 11)
    assert caught.value.id == "LG002"
    assert caught.value.params == {"account": "甲", "balance": 10, "amount": 11}
    assert books.held("甲") == 10
    with scoped(SYSTEM):
        assert Transfer.objects.count() == 1
    books.spend("甲", 10)
    assert books.held("甲") == 0


def test_an_account_below_its_bound_may_still_be_filled(books: Books) -> None:
    account = books.account("丙", least=-50)
    books.post((account, -50), (books.spent, 50), key="a")
    with refusing():
        books.post((account, -1), (books.spent, 1), key="b")
    books.grant("丙", 20)
    assert books.held("丙") == -30


def test_accounts_of_other_books_and_closed_ones_are_refused(books: Books) -> None:
    other = make_books()
    with refusing() as caught:
        books.post((books.issue, -1), (other.account("乙"), 1), key="k")
    assert caught.value.id == "LG003"
    with refusing() as caught:
        books.post((books.issue, -1), (uuid4(), 1), key="k")
    assert caught.value.id == "LG003"
    books.account("甲")
    with scoped(SYSTEM):
        services.close_account(actor=SYSTEM, book=books.book, account=books.accounts["甲"])
    with refusing() as caught:
        books.grant("甲", 1)
    assert caught.value.id == "LG003"


def test_an_account_with_a_balance_is_not_closed_and_a_closed_holder_may_open_again(
    books: Books,
) -> None:
    books.grant("甲", 1)
    with scoped(SYSTEM):
        with refusing() as caught:
            services.close_account(actor=SYSTEM, book=books.book, account=books.accounts["甲"])
        assert caught.value.id == "LG011"
    books.spend("甲", 1)
    with scoped(SYSTEM):
        services.close_account(actor=SYSTEM, book=books.book, account=books.accounts["甲"])
        again = services.open_account(
            actor=SYSTEM, book=books.book, holder="household:甲", label="甲"
        )
    assert again.id != books.accounts["甲"].id


def test_a_holder_has_one_account_in_a_book(books: Books) -> None:
    first = books.account("甲")
    books.accounts.clear()
    assert books.account("甲") == first


@pytest.mark.parametrize("days", [-1, 61])
def test_days_outside_the_books_are_refused(books: Books, days: int) -> None:
    with refusing() as caught:
        books.grant("甲", 1, day=days_ago(days))
    assert caught.value.id == "LG012"


# -- taking back ----------------------------------------------------------------------------


def transfer(books: Books, key: str) -> Transfer:
    with scoped(SYSTEM):
        return Transfer.objects.get(book_id=books.book.id, key=key)


def take_back(books: Books, of: str, **more: str) -> posting.Posted:
    with scoped(SYSTEM):
        return posting.reverse(
            actor=SYSTEM, book=books.book, transfer=transfer(books, of), memo="记错了", **more
        )


def test_a_transfer_is_taken_back_once_by_its_mirror(books: Books) -> None:
    books.grant("甲", 7, key="k")
    back = take_back(books, "k")
    assert books.held("甲") == 0
    assert take_back(books, "k").replayed, "the same reversal again is the same reversal"
    with refusing() as caught:
        take_back(books, "k", key="another")
    assert caught.value.id == "LG005"
    with refusing() as caught:
        take_back(books, f"reverse:{transfer(books, 'k').id}")
    assert caught.value.id == "LG006"
    with scoped(SYSTEM):
        lines = selectors.statement(books.accounts["甲"], days_ago(1), clock.today()).lines
    assert lines[0].reversed_by == back.id
    assert lines[1].reverses == lines[0].transfer


def test_what_was_spent_is_not_taken_back(books: Books) -> None:
    books.grant("甲", 7, key="k")
    books.spend("甲", 5)
    with refusing() as caught:
        take_back(books, "k")
    assert caught.value.id == "LG002"
    assert books.held("甲") == 2


# -- who, and past the services ---------------------------------------------------------------


def test_only_who_keeps_the_books_books(books: Books, cast: Cast) -> None:
    account = books.account("甲")
    legs = [posting.Leg(books.issue, -1), posting.Leg(account, 1)]
    for member, allowed in (
        (cast.branch_secretary, True), (cast.township_officer, True), (cast.grid_worker, False),
        (cast.department_officer, False), (cast.outsider, False), (cast.auditor, False),
        (cast.system_admin, False),
    ):  # fmt: skip
        with scoped(member.actor):
            if allowed:
                key = member.actor.label
                posting.post(actor=member.actor, book=books.book, kind="t", legs=legs, key=key)
                continue
            with refusing() as caught:
                posting.post(actor=member.actor, book=books.book, kind="t", legs=legs, key="k")
            assert caught.value.id == "CO403"


def test_another_places_books_are_not_there(books: Books, cast: Cast) -> None:
    books.grant("甲", 1)
    for member, seen in ((cast.branch_secretary, 1), (cast.outsider, 0), (cast.auditor, 0)):
        with scoped(member.actor), connection.cursor() as cursor:
            for table in ("book", "transfer", "entry", "account"):
                cursor.execute(f"SELECT count(*) > 0 FROM ledger_{table}")
                assert cursor.fetchone()[0] is bool(seen), (member.key, table)
    with scoped(cast.outsider.actor), refusing() as caught:
        selectors.book(cast.outsider.actor, books.book.id)
    assert caught.value.status == 404


def plant(books: Books, account: UUID, amount: int) -> None:
    """Entries written past the services, as a program with the app's rights could."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (id, county, book_id, transfer_id, account_id, place_key, at,"
            " day, amount) VALUES (%s, %s, %s, %s, %s, %s, now(), %s, %s)",
            [uuid7(), books.book.county, books.book.id, uuid7(), account, books.book.place_key,
             clock.today(), amount],
        )  # fmt: skip
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_itself_refuses_one_sided_entries(books: Books) -> None:
    with pytest.raises(IntegrityError, match="sum to zero"), transaction.atomic():
        plant(books, books.account("甲"), 5)


def test_the_database_itself_refuses_to_go_below_the_bound(books: Books) -> None:
    books.grant("甲", 1)
    with pytest.raises(IntegrityError), transaction.atomic(), scoped(SYSTEM):
        Account.objects.filter(id=books.account("甲")).update(balance=-1)


@pytest.mark.parametrize("table", ["transfer", "entry"])
def test_what_was_booked_is_never_changed(books: Books, table: str) -> None:
    from django.db.utils import DatabaseError

    books.grant("甲", 1)
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        scoped(SYSTEM),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM ledger_{table}")


def test_a_booking_takes_four_statements(
    books: Books, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    legs = [posting.Leg(books.issue, -1), posting.Leg(books.account("甲"), 1)]
    # Two of the ledger, one of the journal, one fact; no savepoint of its own.
    with scoped(SYSTEM), django_assert_num_queries(4):
        posting.post(actor=SYSTEM, book=books.book, kind="t", legs=legs, key="k")


# -- invariants ---------------------------------------------------------------------------------

NAMES = "甲乙丙丁"
moves = st.lists(
    st.tuples(
        st.sampled_from(["grant", "spend", "give", "back"]), st.sampled_from(NAMES),
        st.sampled_from(NAMES), st.integers(1, 40),
    ),
    max_size=14,
)  # fmt: skip


def play(books: Books, number: int, move: tuple[str, str, str, int], model: dict[str, int]) -> bool:
    """One move on the books; True when it should have worked by the plain model beside them."""
    what, one, other, amount = move
    if what == "grant":
        books.grant(one, amount, key=f"{number}")
        model[one] += amount
        return True
    if what == "back":
        with scoped(SYSTEM):
            last = (
                Transfer.objects.filter(book_id=books.book.id, reverses=None).order_by("id").last()
            )
            if last is None:
                return True
            lines = {e.account_id: e.amount for e in Entry.objects.filter(transfer_id=last.id)}
            posting.reverse(actor=SYSTEM, book=books.book, transfer=last, memo="", key=f"{number}")
        for name in NAMES:
            model[name] -= lines.get(books.account(name), 0)
        return True
    if what == "give" and one != other:
        books.post((books.account(one), -amount), (books.account(other), amount), key=f"{number}")
        model[one], model[other] = model[one] - amount, model[other] + amount
        return True
    books.spend(one, amount, key=f"{number}")
    model[one] -= amount
    return True


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_whatever_is_tried_sums_are_zero_and_nobody_is_below_zero(
    db: None, steps: list[tuple[str, str, str, int]]
) -> None:
    from zhijin.core.errors import Refusal

    books = make_books()
    for name in NAMES:
        books.account(name)
    model = dict.fromkeys(NAMES, 0)
    for number, move in enumerate(steps):
        before = dict(model)
        try:
            with transaction.atomic():
                play(books, number, move, model)
        except Refusal as refusal:
            if refusal.id not in {"LG002", "LG005"}:
                raise
            model = before
        assert min(model.values()) >= 0
        assert {name: books.held(name) for name in NAMES} == model
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE book_id = %s", [books.book.id]
        )
        assert cursor.fetchone()[0] == 0
        assert not list(selectors.verify())
