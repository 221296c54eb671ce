"""``zhijin account``: the first administrators, and the way back in."""

from __future__ import annotations

import argparse

import pytest

from tests.access.test_sign_in import attempt
from tests.cast import give, make_account
from zhijin.access import commands
from zhijin.access.models import Account
from zhijin.access.selectors import actor_of
from zhijin.core.models import JournalEntry

pytestmark = pytest.mark.django_db


def run(*line: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    args = parser.parse_args(["account", *line])
    return args.run(args)


def test_three_people_get_three_accounts_once(capsys):
    assert run("first") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[:3]]
    assert [line[-2] for line in lines] == ["system-admin", "security-officer", "auditor"]
    for line in lines:
        assert attempt(line[-2], line[-1]) == "in"
        account = Account.objects.get(username=line[-2])
        assert account.must_change_password
        assert actor_of(str(account.pk)).scope.places == ()
    assert run("first") == 1
    assert Account.objects.count() == 3


def test_an_administrator_locked_out_comes_back_in(capsys):
    account = make_account("auditor-7")
    give(account, "auditor", "")
    for _ in range(5):
        attempt(account, "x")
    assert attempt(account) == "AC002"
    assert run("reset", "auditor-7") == 0
    password = capsys.readouterr().out.split()[-1].split("：")[-1]
    assert attempt(account, password) == "in"
    assert JournalEntry.objects.filter(actor="system:command line", action="account.reset").exists()


def test_an_unknown_name_is_told(capsys):
    assert run("reset", "nobody") == 1
    assert "nobody" in capsys.readouterr().out
