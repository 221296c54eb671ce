"""A citizen checks a count and their own paper with public tools, by the words of the documentation."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from tests.activities.deliberation.conftest import CHECKOUT, SYSTEM
from zhijin.activities.deliberation import balloting
from zhijin.core import signing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_key(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "home"


def documented() -> str:
    page = CHECKOUT / "docs" / "explanation" / "verifiable-count.md"
    found = re.search(
        r"^```sh verify\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found
    return found[1]


@pytest.fixture(params=[True, False], ids=["secret", "open"])
def counted(village, request, tmp_path: Path):
    """A counted sitting, the receipts of its voters, and a folder with what anybody downloads."""
    sitting, slips = village.call(village.begin(), secret=request.param)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    choices = ("yes", "yes", "yes", "yes", "no", "abstain")
    papers = [
        balloting.cast(code=slip.code, choice=one)
        for slip, one in zip(slips, choices, strict=False)
    ]
    village.count(sitting)
    signing.rotate(actor=SYSTEM, why="换钥匙")
    return sitting, papers, tmp_path


def download(sitting, folder: Path) -> None:
    """The first block of the documentation, through the test's client."""
    for name in ("count.json", "count.json.sig"):
        (folder / name).write_bytes(Client().get(f"/counts/{sitting.id}/{name}").content)
    kid = re.search(r"^key: (.*)$", (folder / "count.json.sig").read_text(), re.MULTILINE)
    assert kid
    (folder / "key.pem").write_bytes(Client().get(f"/keys/{kid[1]}.pem").content)


def said(folder: Path, receipt: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", documented()], cwd=folder, env={**os.environ, "RECEIPT": receipt},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_documented_commands_verify_signature_count_and_receipt(counted):
    sitting, papers, folder = counted
    download(sitting, folder)
    typed = (papers[0].shown, papers[4].shown.lower().replace("0", "o"), papers[5].receipt)
    for receipt, paper in zip(typed, (papers[0], papers[4], papers[5]), strict=True):
        done = said(folder, receipt)
        assert (done.returncode, done.stdout.splitlines()) == (0, [
            "Signature Verified Successfully", "yes: 4 papers, 4 signed", "no: 1 papers, 1 signed",
            "abstained: 1 papers, 1 signed", "no receipt stands twice", f'["{paper.receipt}","{paper.marks}"]',
        ]), done.stderr  # fmt: skip


def test_what_was_changed_or_left_out_shows(counted):
    sitting, papers, folder = counted
    download(sitting, folder)
    assert "my paper is missing" in said(folder, "0" * 16).stdout
    file = folder / "count.json"
    file.write_bytes(file.read_bytes().replace(b'"yes":4', b'"yes":5'))
    done = said(folder, papers[0].shown)
    assert done.returncode != 0
    assert "Verified Successfully" not in done.stdout


def test_the_page_finds_a_receipt_as_people_write_it(counted):
    sitting, papers, _folder = counted
    for typed in (papers[4].shown, papers[4].receipt.lower().replace("0", "o").replace("1", "l")):
        page = Client().get(f"/counts/{sitting.id}/", {"receipt": typed}).content.decode()
        assert "这张票投的是" in page
        assert "<strong>反对</strong>" in page
    assert "openssl pkeyutl -verify" in page
