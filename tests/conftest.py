"""What every test stands on: a real PostgreSQL, strictness, and the addresses for processes a test starts."""

from __future__ import annotations

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
settings.load_profile("zhijin")

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
    """Files that take long come first, so that no process of the run is left alone with one at its end.

    ``make test`` gives each process whole files: what a file sets up is set up once.
    """
    long = {item.path for item in items for name in LONG if item.get_closest_marker(name)}
    items.sort(key=lambda item: item.path not in long)


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


@pytest.fixture
def database_environment(django_db_setup: TestDatabase, tmp_path: Path) -> dict[str, str]:
    """Environment of a server process that a test starts on its database."""
    return {
        **django_db_setup.environment(),
        "ZHIJIN_HOME": str(TEST_RUN / "home"),
        "DJANGO_SETTINGS_MODULE": "zhijin.config.settings",
    }


@pytest.fixture(autouse=True)
def _source_language() -> Iterator[None]:
    """A command run inside a test speaks the terminal's language; the next test must not inherit it."""
    with translation.override(settings_of_django.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """A process remembers the places it found and the demonstration's drawings that it stored; the next
    test's database may not have them."""
    finding.forget()
    if made := sys.modules.get("zhijin.home.demo_cases"):
        made.photo.cache_clear()


@pytest.fixture(autouse=True)
def _no_stray_files() -> Iterator[None]:
    """A test writes to ``tmp_path``; what it leaves in the checkout makes it fail."""
    strays.strays.clear()
    yield
    assert not strays.strays, f"written into the checkout: {sorted(set(strays.strays))}"
