"""The places of the cast, and a folder of one's own for what is written to files."""

from __future__ import annotations

import pytest

from tests.orgs.conftest import places as tree

__all__ = ["tree"]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.ZHIJIN_ASSESSMENT = str(tmp_path / "assessment")
