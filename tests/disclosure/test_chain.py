"""What is signed and chained: checked by ourselves, and by openssl and a few lines that know nothing of us."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from tests.cast import COUNTY
from tests.disclosure.conftest import TABLE, Office, last_month
from tests.orgs.conftest import refusing
from zhijin.config.postgres import ADMIN
from zhijin.core import clock, signing
from zhijin.core.actor import Actor
from zhijin.core.ids import show_receipt
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.disclosure import releasing, selectors, verifying
from zhijin.disclosure.models import Document, Release

SYSTEM = Actor.system("test")
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(autouse=True)
def _own_key(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "home"


def get(path: str) -> bytes:
    response = Client().get(path)
    assert response.status_code == 200, path
    return b"".join(response.streaming_content) if response.streaming else response.content


def downloaded(document: Document, folder: Path) -> tuple[Path, Path, Path]:
    """The three files that anybody downloads: document, signature, key."""
    code = show_receipt(document.code)
    data, side = get(f"/d/{code}/signed.json"), get(f"/d/{code}/signed.json.sig")
    kid = re.search(r"^key: (.+)$", side.decode(), re.MULTILINE).group(1)  # type: ignore[union-attr]
    files = (folder / "a.json", folder / "a.json.sig", folder / "key.pem")
    for path, content in zip(files, (data, side, get(f"/keys/{kid}.pem")), strict=True):
        path.write_bytes(content)
    return files


def openssl_says(files: tuple[Path, Path, Path]) -> bool:
    program = shutil.which("openssl")
    assert program, "this check is made with the openssl of the system"
    data, side, key = files
    value = re.search(r"^signature: (.+)$", side.read_text(), re.MULTILINE).group(1)  # type: ignore[union-attr]
    raw = subprocess.run(
        [program, "base64", "-d", "-A"], input=value.encode(), capture_output=True, check=True
    ).stdout
    side.with_suffix(".bin").write_bytes(raw)
    done = subprocess.run(
        [program, "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin", "-in", str(data),
         "-sigfile", str(side.with_suffix(".bin"))],
        capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def test_a_notice_of_a_year_ago_verifies_with_public_tools_only(
    office: Office, tmp_path: Path
) -> None:
    with clock.freeze(clock.now() - timedelta(days=366)):
        document = office.published(**TABLE)
    signing.rotate(actor=SYSTEM, why="换钥匙")
    files = downloaded(document, tmp_path)
    assert openssl_says(files)
    body = json.loads(files[0].read_bytes())
    assert body["table"]["rows"][0] == ["垃圾清运", "3,200"]
    assert body["signed_at"] < (clock.now() - timedelta(days=365)).isoformat()
    files[0].write_bytes(files[0].read_bytes().replace(b"3,200", b"3,201"))
    assert not openssl_says(files), "one changed byte shows"


def documented() -> str:
    """The block of commands that the how-to gives."""
    page = DOCS / "how-to" / "publish-affairs.md"
    found = re.search(
        r"^```sh verify\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found
    return found[1]


def test_what_was_written_down_of_the_chain_proves_it_later(office: Office, tmp_path: Path) -> None:
    """Also where a text was erased since, and whatever the links that came after say."""
    first = office.published("第一份")
    with scoped(SYSTEM):
        noted = selectors.head(int(COUNTY))
    page = Client().get(f"/chain/{COUNTY}/").content.decode()
    assert (noted.links, noted.sha256 in page) == (1, True)
    office.does(office.secretary, "withdraw", first, why="误公开了电话", erase=True)
    office.published("第二份")
    command = re.search(
        r"^```sh anchor\n(.*?)^```$",
        (DOCS / "how-to" / "publish-affairs.md").read_text("utf-8"), re.MULTILINE | re.DOTALL,
    )  # fmt: skip
    assert command
    file = tmp_path / "chain.jsonl"
    whole = get(f"/chain/{COUNTY}/chain.jsonl")
    for content, same in ((whole, True), (whole.replace(b'"document"', b'"withdrawal"', 1), False)):
        file.write_bytes(content)
        said = subprocess.run(
            ["bash", "-c", command[1]], cwd=tmp_path, env={**os.environ, "LINKS": "1"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert (noted.sha256 in said.stdout) is same
    with scoped(SYSTEM):
        assert selectors.head(int(COUNTY)).sha256 == hashlib.sha256(whole).hexdigest()


def test_a_line_of_the_chain_never_changes_its_form() -> None:
    """Its bytes were hashed and printed: another form would make every such digest wrong."""
    row = Release(
        county=632802, seq=7, kind="document", code="ABCDEFGHJK", digest=b"\x01" * 32, previous=b"\x02" * 32,
        kid="9c1d2f0e55aa7b31", signature=b"\x03" * 64,
        at=datetime(2026, 9, 1, 8, 30, tzinfo=clock.TZ),
    )  # fmt: skip
    assert selectors._line(row) == (
        '{"at": "2026-09-01T00:30:00+00:00", "code": "ABCDEFGHJK", "key": "9c1d2f0e55aa7b31", "kind": "document",'
        f' "number": 7, "previous": "{"02" * 32}", "sha256": "{"01" * 32}", "signature": "{"03" * 64}"'
        "}\n"
    )


def test_last_years_notice_is_checked_by_the_commands_of_the_how_to(
    office: Office, tmp_path: Path
) -> None:
    with clock.freeze(clock.now() - timedelta(days=400)):
        document = office.published(**TABLE)
    signing.rotate(actor=SYSTEM, why="换钥匙")
    office.published("今年的公示")
    data, side, key = downloaded(document, tmp_path)
    for file, name in ((data, "signed.json"), (side, "signed.json.sig"), (key, "key.pem")):
        file.rename(tmp_path / name)
    (tmp_path / "chain.jsonl").write_bytes(get(f"/chain/{COUNTY}/chain.jsonl"))

    def said() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", documented()], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    done = said()
    assert (done.returncode, done.stdout.splitlines()) == (
        0, ["Signature Verified Successfully", "in the chain, where it says it is", "2 links, whole"],
    ), done.stderr  # fmt: skip
    file = tmp_path / "chain.jsonl"
    whole = file.read_text()
    first, second = whole.splitlines(keepends=True)
    for changed, told in (
        (first.replace('"number": 1', '"number": 2') + second, "where it says"),
        (second.replace('"number": 2', '"number": 1'), "where it says"),
    ):
        file.write_text(changed)
        bad = said()
        assert (bad.returncode, told in bad.stdout) == (1, False)
    file.write_text(first + second.replace('"number": 2', '"number": 3'))
    bad = said()
    assert (bad.returncode, bad.stdout.splitlines()[-1]) == (1, "broken at 2")
    file.write_text(whole)
    file = tmp_path / "signed.json"
    file.write_bytes(file.read_bytes().replace(b"3,200", b"3,201"))
    assert said().returncode != 0, "one changed byte shows"


def test_last_years_notice_is_checked_on_the_page(office: Office, tmp_path: Path) -> None:
    with clock.freeze(clock.now() - timedelta(days=400)):
        document = office.published(**TABLE)
    signing.rotate(actor=SYSTEM, why="换钥匙")
    data, side, _key = downloaded(document, tmp_path)
    for changed, word in ((False, "是原样"), (True, "不是原样")):
        if changed:
            data.write_bytes(data.read_bytes().replace(b"3,200", b"3,201"))
        with data.open("rb") as file, side.open("rb") as signature:
            answer = Client().post("/verify/", {"file": file, "side": signature})
        assert word in answer.content.decode()


def test_the_chain_is_held_together_by_a_few_lines_that_know_nothing_of_us(office: Office) -> None:
    made = [office.published(f"公示{n}") for n in range(3)]
    office.does(office.secretary, "withdraw", made[1], why="内容重复")
    previous, digests = "0" * 64, set()
    for number, line in enumerate(get(f"/chain/{COUNTY}/chain.jsonl").splitlines(), start=1):
        link = json.loads(line)
        assert (link["number"], link["previous"]) == (number, previous)
        previous = link["sha256"]
        digests.add(previous)
    assert number == 4
    for document in made:
        data = get(f"/d/{show_receipt(document.code)}/signed.json")
        assert hashlib.sha256(data).hexdigest() in digests
        assert json.loads(data)["chain"]["number"] in {1, 2, 3}


def test_a_released_text_names_the_one_before(office: Office) -> None:
    first, second = office.published("一"), office.published("二")
    with scoped(SYSTEM):
        before = Release.objects.get(document_id=first.id)
        data = selectors.public(second.code).data
    assert json.loads(data)["chain"]["previous"] == bytes(before.digest).hex()
    with scoped(SYSTEM):
        assert releasing.broken_at(int(COUNTY)) is None


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE disclosure_content c SET data = data || 'x' FROM disclosure_release r"  # noqa: ISC004
         " WHERE r.id = c.release_id AND r.seq = 2", 2),
        ("DELETE FROM disclosure_release WHERE seq = 2", 2),
        ("UPDATE disclosure_release SET signature = decode(repeat('00', 64), 'hex') WHERE seq = 3", 3),
        ("UPDATE disclosure_release SET previous = digest WHERE seq = 1", 1),
    ],
)  # fmt: skip
def test_what_a_strong_hand_alters_is_found(
    transactional_db, office: Office, django_db_setup, statement: str, at: int
) -> None:
    import psycopg

    for n in range(3):
        office.published(f"公示{n}")
    url = django_db_setup.cluster.url(ADMIN, django_db_setup.name)
    with psycopg.connect(url, autocommit=True) as meddler:
        meddler.execute("SET session_replication_role = replica")
        meddler.execute(statement)
    with scoped(SYSTEM):
        assert releasing.broken_at(int(COUNTY)) == at


def test_a_clock_set_back_leaves_the_order_of_the_chain(office: Office, tmp_path: Path) -> None:
    first = office.published("第一份")
    with clock.freeze(clock.now() - timedelta(days=3)):
        second = office.published("第二份")
    with scoped(SYSTEM):
        rows = list(Release.objects.filter(county=first.county).order_by("seq"))
        assert [row.document_id for row in rows] == [first.id, second.id]
        assert rows[0].at <= rows[1].at
        assert releasing.broken_at(first.county) is None
    body = json.loads(downloaded(second, tmp_path)[0].read_bytes())
    assert body["signed_at"] == rows[1].at.astimezone(UTC).replace(microsecond=0).isoformat()
    assert second.published_at == rows[1].at


def test_a_clock_set_back_makes_nothing_late_be_on_time(office: Office) -> None:
    period = last_month(clock.today())
    office.published("别的一份")
    late = office.draft(board="village", duty="village-quarterly", period=period[:4] + "Q1")
    with scoped(SYSTEM):
        Document.objects.filter(id=late.id).update(due_on=clock.today() - timedelta(days=1))
    with clock.freeze(clock.now() - timedelta(days=30)):
        late = office.does(office.staff, "submit", late)
        late = office.does(office.secretary, "approve", late)
    with scoped(SYSTEM):
        told = Fact.objects.get(kind="disclosure.published", record=late.record)
    assert told.attrs["on_time"] is False


def test_a_withdrawal_stands_after_what_it_takes_down(office: Office) -> None:
    document = office.published()
    with clock.freeze(clock.now() - timedelta(days=2)):
        office.does(office.secretary, "withdraw", document, why="面积算错了")
    with scoped(SYSTEM):
        first, second = Release.objects.filter(document_id=document.id).order_by("seq")
    assert first.at <= second.at


def test_an_erased_text_does_not_break_the_chain(office: Office) -> None:
    document = office.published("一")
    office.published("二")
    office.does(office.secretary, "withdraw", document, why="误公开个人信息", erase=True)
    with scoped(SYSTEM):
        assert releasing.broken_at(int(COUNTY)) is None
    code = show_receipt(document.code)
    assert Client().get(f"/d/{code}/signed.json").status_code == 404


def test_documents_published_at_once_stand_in_one_line(transactional_db, office: Office) -> None:
    waiting = [office.does(office.staff, "submit", office.draft(f"公示{n}")) for n in range(5)]
    done: list[str] = []

    def approve(document: Document) -> None:
        try:
            done.append(office.does(office.secretary, "approve", document).state)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(one,)) for one in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert done == ["published"] * 5
    with scoped(SYSTEM):
        assert releasing.broken_at(int(COUNTY)) is None
        assert Release.objects.count() == 5


# -- the page that checks -------------------------------------------------------------------------


def test_a_file_is_held_against_signature_and_chain(office: Office, tmp_path: Path) -> None:
    document = office.published()
    data, side, _ = (path.read_bytes() for path in downloaded(document, tmp_path))
    with scoped(Actor.resident()):
        for beside in (side, None):
            verdict = verifying.check(data, beside)
            assert verdict.good
            assert verdict.document.id == document.id
        changed = verifying.check(data.replace("修路".encode(), "修桥".encode()), side)
        assert (changed.signed, changed.chained) == (False, False)


def test_a_signed_file_that_was_never_published_is_told_apart(office: Office) -> None:
    office.published()
    forged = signing.sign_document("disclosure.document/1", {"title": "没有公开过"})
    with scoped(Actor.resident()):
        verdict = verifying.check(forged.data, signing.side_file(forged.signature).encode())
    assert (verdict.signed, verdict.chained) == (True, False)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"{}",
        b"[]",
        b'{"zhijin": "assessment.result/1"}',
        b"[" * 100_000,
        b" " * (3 << 20),
    ],
)
def test_what_is_no_document_is_refused_in_words(db: None, data: bytes) -> None:
    with scoped(Actor.resident()), refusing() as caught:
        verifying.check(data, None)
    assert caught.value.id == "DS013"


def test_an_unreadable_signature_file_is_refused(office: Office, tmp_path: Path) -> None:
    data = downloaded(office.published(), tmp_path)[0].read_bytes()
    with scoped(Actor.resident()), refusing() as caught:
        verifying.check(data, b"\xff\xfe nothing")
    assert caught.value.id == "DS013"
