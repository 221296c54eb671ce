"""What every test stands on: a real PostgreSQL, strictness, and the addresses for processes a test starts."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as settings_of_django
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings

from tests.browser import browser, open_page, site
from tests.cast import cast
from tests.support import database, strays
from tests.support.database import TestDatabase
from zhijin.config.messages import compile_catalogue
from zhijin.config.settings_test import TEST_RUN
from zhijin.places import finding

__all__ = ["browser", "cast", "open_page", "site"]

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("zhijin", deadline=None)
# A verdict on a commit can be repeated: the same examples each time. Who works on the code draws new ones.
settings.register_profile("verdict", deadline=None, derandomize=True, database=None)
settings.load_profile(os.environ.get("ZHIJIN_TEST_PROFILE", "zhijin"))

# Thousands of modules and tests are read now and stay: nothing among them is garbage.
gc.disable()

#: Marks of tests whose files take longest.
LONG = ("slow", "browser")

_current: TestDatabase | None = None


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    strays.watch()
    if _is_controller(config):
        database.begin_run(TEST_RUN)
        compile_catalogue()
        # A terminated run cleans up like an interrupted one.
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _is_controller(config):
        database.end_run(TEST_RUN)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, so that no process of the run is left alone with one at its end; within a
    file, what ends the thing that the others share comes last.

    ``make test`` gives each process whole files: what a file sets up is set up once.
    """
    long = {item.path for item in items for name in LONG if item.get_closest_marker(name)}
    turn = {item.path: number for number, item in reversed(list(enumerate(items)))}
    items.sort(
        key=lambda item: (
            item.path not in long, turn[item.path], item.get_closest_marker("last") is not None
        )
    )  # fmt: skip


def pytest_collection_finish() -> None:
    """What was read is never looked through again: the collections between tests pass over it."""
    gc.enable()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> TestDatabase:
    """Replaces pytest-django's: the ``default`` alias is the app role, ``owner`` the owner."""
    global _current
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _current = TestDatabase(TEST_RUN, database.worker_name())
        _current.prepare()
    return _current


def _empty_instead_of_flush(self: TransactionTestCase) -> None:
    """The app role may not truncate, and rows that migrations made must stay."""
    if _current is not None:
        _current.empty()


TransactionTestCase._fixture_teardown = _empty_instead_of_flush  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def server_environment(django_db_setup: TestDatabase) -> dict[str, str]:
    """Environment of a server process on this process's database."""
    return {
        **django_db_setup.environment(),
        "ZHIJIN_HOME": str(TEST_RUN / "home"),
        "DJANGO_SETTINGS_MODULE": "zhijin.config.settings",
    }


@pytest.fixture
def database_environment(server_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The same for a server that a test starts for itself, to change as it likes."""
    return dict(server_environment)


@pytest.fixture(autouse=True)
def _source_language() -> Iterator[None]:
    """A command run inside a test speaks the terminal's language; the next test must not inherit it."""
    with translation.override(settings_of_django.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """A process remembers the places it found, for two seconds the programmes in force, and the demonstration's
    drawings that it stored; the next test's database may not have them."""
    finding.forget()
    if made := sys.modules.get("zhijin.playbooks.selectors"):
        made.forget()
    if made := sys.modules.get("zhijin.home.demo_cases"):
        made.photo.cache_clear()


@pytest.fixture(autouse=True)
def _no_stray_files() -> Iterator[None]:
    """A test writes to ``tmp_path``; what it leaves in the checkout makes it fail."""
    strays.strays.clear()
    yield
    assert not strays.strays, f"written into the checkout: {sorted(set(strays.strays))}"
