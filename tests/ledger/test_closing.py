"""Statements, the close of a period, and what the check of the books finds."""

from __future__ import annotations

import argparse

import pytest
from django.db import connection

from tests.ledger.conftest import SYSTEM, Books, days_ago
from tests.orgs.conftest import refusing
from zhijin.config.postgres import ADMIN
from zhijin.core import clock
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.ledger import commands, selectors, services
from zhijin.ledger.models import Closing, ClosingLine


def close(books: Books, days: int) -> Closing:
    with scoped(SYSTEM):
        return services.close_period(actor=SYSTEM, book=books.book, through=days_ago(days))


@pytest.fixture
def lived(books: Books) -> Books:
    """Forty days of a household: 10, then 5 more, then 8 spent."""
    books.grant("甲", 10, day=days_ago(40), memo="清扫")
    books.grant("甲", 5, day=days_ago(20), memo="调解")
    books.spend("甲", 8, day=days_ago(10), memo="毛巾")
    return books


def test_a_statement_runs_from_its_opening_to_its_closing_balance(lived: Books) -> None:
    with scoped(SYSTEM):
        found = selectors.statement(lived.accounts["甲"], days_ago(30), clock.today())
    assert (found.opening, found.closing) == (10, 7)
    assert [(x.memo, x.amount, x.balance) for x in found.lines] == [
        ("调解", 5, 15), ("毛巾", -8, 7),
    ]  # fmt: skip


def test_a_statement_without_lines_ends_as_it_began(lived: Books) -> None:
    with scoped(SYSTEM):
        found = selectors.statement(lived.accounts["甲"], days_ago(5), days_ago(4))
    assert (found.opening, found.closing, found.lines) == (7, 7, ())


def test_a_close_writes_down_every_balance_and_nothing_is_booked_before_it(lived: Books) -> None:
    closing = close(lived, 15)
    assert closing.transfers == 2
    with scoped(SYSTEM):
        line = ClosingLine.objects.get(account_id=lived.account("甲"))
        assert (line.credits, line.debits, line.balance) == (15, 0, 15)
        assert Fact.objects.get(kind="ledger.closed").attrs["through"] == str(days_ago(15))
    with refusing() as caught:
        lived.grant("甲", 1, key="late", day=days_ago(15))
    assert caught.value.id == "LG004"
    assert not lived.grant("甲", 1, key="in time", day=days_ago(14)).replayed


def test_the_next_close_goes_on_from_the_one_before(lived: Books) -> None:
    close(lived, 15)
    closing = close(lived, 1)
    with scoped(SYSTEM):
        line = ClosingLine.objects.get(closing_id=closing.id, account_id=lived.account("甲"))
        assert (line.credits, line.debits, line.balance) == (0, 8, 7)
        assert selectors.balance(lived.accounts["甲"], days_ago(12)) == 15
        assert selectors.balance(lived.accounts["甲"], clock.today()) == 7


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "LG008"), (-3, "LG008"), (20, "LG009"), (5000, "LG012")]
)
def test_closes_out_of_order_are_refused(lived: Books, days: int, expected: str) -> None:
    close(lived, 15)
    with refusing() as caught:
        close(lived, days)
    assert caught.value.id == expected


def test_a_secretary_closes_and_staff_do_not(lived: Books, cast) -> None:
    with scoped(cast.grid_leader.actor), refusing() as caught:
        services.close_period(actor=cast.grid_leader.actor, book=lived.book, through=days_ago(15))
    assert caught.value.id == "CO403"
    with scoped(cast.branch_secretary.actor):
        actor = cast.branch_secretary.actor
        assert services.close_period(actor=actor, book=lived.book, through=days_ago(15)).digest


# -- the check ----------------------------------------------------------------------------------


@pytest.fixture
def meddler(transactional_db, django_db_setup):
    """The cluster's administrator with triggers off: the strongest hand there is."""
    import psycopg

    url = django_db_setup.cluster.url(ADMIN, django_db_setup.name)
    with psycopg.connect(url, autocommit=True) as found:
        found.execute("SET session_replication_role = replica")
        yield found


def kinds() -> list[str]:
    with scoped(SYSTEM):
        return sorted({one.what for one in selectors.verify()})


def test_an_altered_entry_shows(transactional_db: None, lived: Books, meddler) -> None:
    close(lived, 15)
    assert kinds() == []
    meddler.execute("UPDATE ledger_entry SET amount = 50 WHERE amount = 10")
    assert kinds() == ["balance", "content", "sum"]


def test_an_altered_balance_shows(transactional_db: None, lived: Books, meddler) -> None:
    meddler.execute("UPDATE ledger_account SET balance = 99 WHERE kept")
    assert kinds() == ["balance"]


def test_an_altered_close_shows(transactional_db: None, lived: Books, meddler) -> None:
    close(lived, 15)
    close(lived, 1)
    meddler.execute(
        "UPDATE ledger_closing_line SET credits = 16 WHERE credits = 15 AND balance > 0"
    )
    assert kinds() == ["closing"]


def test_entries_that_cancel_out_but_are_of_a_closed_period_show(
    transactional_db: None, lived: Books, meddler
) -> None:
    close(lived, 15)
    meddler.execute(
        "UPDATE ledger_entry SET day = day + 30 WHERE transfer_id ="
        " (SELECT transfer_id FROM ledger_entry WHERE amount = 10)"
    )
    assert kinds() == ["balance"]


def test_words_and_accounts_that_were_altered_show_though_the_sum_is_zero(
    transactional_db: None, lived: Books, meddler
) -> None:
    meddler.execute(
        "UPDATE ledger_transfer SET memo = memo || '!' WHERE id ="
        " (SELECT transfer_id FROM ledger_entry WHERE amount = 10)"
    )
    assert kinds() == ["content"]
    meddler.execute("UPDATE ledger_transfer SET memo = rtrim(memo, '!')")
    assert kinds() == []
    meddler.execute(
        "UPDATE ledger_entry SET amount = amount * 2 WHERE transfer_id ="
        " (SELECT transfer_id FROM ledger_entry WHERE amount = 10)"
    )
    assert kinds() == ["balance", "content"]


def test_accounts_slipped_into_a_closed_period_show(
    transactional_db: None, lived: Books, meddler
) -> None:
    """Both new, so that no line of the close is wrong and the sum is zero."""
    close(lived, 15)
    meddler.execute(
        "INSERT INTO ledger_entry (id, county, book_id, transfer_id, account_id, place_key, at, day, amount)"
        " SELECT gen_random_uuid(), county, book_id, transfer_id, gen_random_uuid(), place_key, at, day, n"
        " FROM (SELECT * FROM ledger_entry WHERE amount = 10 LIMIT 1) e, (VALUES (5), (-5)) v (n)"
    )
    assert "balance" in kinds()


def test_a_close_that_was_taken_away_shows(transactional_db: None, lived: Books, meddler) -> None:
    close(lived, 15)
    close(lived, 1)
    meddler.execute(
        "DELETE FROM ledger_closing WHERE through = (SELECT max(through) FROM ledger_closing)"
    )
    assert kinds() == ["closing"]


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    args = parser.parse_args(["ledger", "verify"])
    return args.run(args), capsys.readouterr().out


def test_the_command_says_what_is_wrong(transactional_db, lived, meddler, capsys) -> None:
    code, said = run(capsys)
    assert (code, said) == (0, "核对了 1 本账、3 笔，问题 0 处。\n")
    meddler.execute("UPDATE ledger_account SET balance = 99 WHERE kept")
    code, said = run(capsys)
    assert code == 1
    assert f"账户余额 {lived.account('甲')} 应为 7，现为 99" in said


def test_a_statement_takes_as_many_queries_for_a_year_as_for_a_day(
    lived: Books, django_assert_num_queries
) -> None:
    account = lived.accounts["甲"]
    with scoped(SYSTEM):
        assert connection.in_atomic_block
        with django_assert_num_queries(3):
            selectors.statement(account, days_ago(60), clock.today())
