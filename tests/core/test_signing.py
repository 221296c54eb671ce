"""Signatures: made here, checked with the openssl of the system, and in the words of the command."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import stat
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core import commands, signing, signing_commands
from zhijin.core.actor import Actor
from zhijin.core.models import JournalEntry, SigningKey

PERSON = Actor("account", "0199", "甲")
TEXTS = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcXYZ_09", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    settings.HOME = tmp_path / "home"


def openssl(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("openssl")
    assert program, "this check is made with the openssl of the system"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def shell_check(folder: Path, name: str, kid: str) -> subprocess.CompletedProcess[str]:
    """The two lines that the public page and the how-to give, word for word."""
    script = (
        f"sed -n 's/^signature: //p' {name}.sig | base64 -d > signature.bin\n"
        f"openssl pkeyutl -verify -pubin -inkey zhijin-{kid}.pem -rawin -in {name}"
        " -sigfile signature.bin\n"
    )
    return subprocess.run(
        ["sh", "-ec", script], cwd=folder, capture_output=True, text=True, check=False
    )


def put(folder: Path, signed: signing.Signed, name: str = "result.json") -> None:
    """A document with what a reader downloads beside it."""
    (folder / name).write_bytes(signed.data)
    (folder / f"{name}.sig").write_text(signing.side_file(signed.signature))
    key = signing.find_key(signed.signature.kid)
    (folder / f"zhijin-{key.kid}.pem").write_text(key.pem)


@pytest.mark.django_db
def test_openssl_verifies_what_was_signed(tmp_path):
    signed = signing.sign_document("test/1", {"单位".encode().hex(): 84, "names": ["清镇市", "é"]})
    put(tmp_path, signed)
    checked = shell_check(tmp_path, "result.json", signed.signature.kid)
    assert checked.returncode == 0, checked.stderr
    assert "Signature Verified Successfully" in checked.stdout


@pytest.mark.django_db
def test_openssl_refuses_one_changed_byte(tmp_path):
    signed = signing.sign_document("test/1", {"score": 8123})
    put(tmp_path, signed)
    (tmp_path / "result.json").write_bytes(signed.data.replace(b"8123", b"8124"))
    checked = shell_check(tmp_path, "result.json", signed.signature.kid)
    assert checked.returncode != 0
    assert "Verified Successfully" not in checked.stdout


@pytest.mark.django_db
def test_openssl_reads_the_published_key(tmp_path):
    key = signing.public_keys()[0]
    (tmp_path / "key.pem").write_text(key.pem)
    told = openssl("pkey", "-pubin", "-in", str(tmp_path / "key.pem"), "-text", "-noout")
    assert "ED25519" in told.stdout.upper()
    der = openssl(
        "pkey", "-pubin", "-in", str(tmp_path / "key.pem"), "-outform", "DER", "-out",
        str(tmp_path / "key.der"),
    )  # fmt: skip
    assert der.returncode == 0
    digest = openssl("dgst", "-sha256", "-r", str(tmp_path / "key.der")).stdout.split()[0]
    assert digest == key.fingerprint
    assert key.fingerprint.startswith(key.kid)


@pytest.mark.django_db
def test_the_document_names_its_kind_time_and_key():
    signed = signing.sign_document(
        "assessment.result/1", {"units": 84}, at=datetime(2026, 12, 31, 16, 0, 5, 77, tzinfo=UTC)
    )
    told = json.loads(signed.data)
    assert told == {
        "zhijin": "assessment.result/1", "signed_at": "2026-12-31T16:00:05+00:00",
        "key": signed.signature.kid, "units": 84,
    }  # fmt: skip
    assert signed.data.endswith(b"}\n")
    assert len(signed.digest) == 64


@pytest.mark.parametrize("name", ["zhijin", "signed_at", "key"])
def test_a_body_may_not_name_what_the_head_names(name):
    with pytest.raises(ValueError, match=name):
        signing.sign_document("test/1", {name: "x"})


@pytest.mark.parametrize(
    "value",
    [1.5, {"a": 2.0}, b"bytes", datetime(2026, 1, 1, tzinfo=UTC), 2**53, {1: "x"}, {"键": 1}],
)
def test_canonical_refuses_what_others_would_read_differently(value):
    with pytest.raises(TypeError):
        signing.canonical(value)


def test_canonical_is_one_form():
    assert (
        signing.canonical({"b": [1, True, None], "a": "e\u0301"})
        == '{"a":"é","b":[1,true,null]}'.encode()
    )


@given(VALUES)
def test_canonical_comes_back_and_is_stable(value):
    data = signing.canonical(value)
    assert signing.canonical(json.loads(data)) == data


@pytest.mark.django_db
def test_a_signature_of_other_bytes_or_keys_is_refused():
    one = signing.sign(b"one")
    assert signing.verify(b"one", one)
    assert not signing.verify(b"two", one)
    assert not signing.verify(b"one", signing.Signature("0" * 16, one.value))
    assert not signing.verify(b"one", signing.Signature(one.kid, one.value[:63]))
    assert not signing.verify(b"one", signing.Signature(one.kid, bytes(64)))


@pytest.mark.django_db
def test_the_private_key_is_made_once_and_closed_to_others():
    first = signing.sign(b"x")
    seed = signing.key_file().read_bytes()
    assert signing.sign(b"x") == first
    assert signing.key_file().read_bytes() == seed
    assert len(seed) == 32
    assert stat.S_IMODE(signing.key_file().stat().st_mode) == 0o600
    assert list(signing.key_file().parent.iterdir()) == [signing.key_file()]


def test_two_processes_that_begin_at_once_have_one_key(settings):
    made: list[bytes] = []
    gate = threading.Barrier(4)

    def begin() -> None:
        gate.wait()
        made.append(signing._private().private_bytes_raw())

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1


@pytest.mark.django_db
def test_rotation_keeps_old_signatures_and_destroys_the_old_private_key(tmp_path):
    before = signing.sign_document("test/1", {"n": 1})
    old_seed = signing.key_file().read_bytes()
    fresh = signing.rotate(actor=PERSON, why="每年更换")
    after = signing.sign_document("test/1", {"n": 2})
    assert after.signature.kid == fresh.kid != before.signature.kid
    assert signing.verify(before.data, before.signature)
    assert signing.verify(after.data, after.signature)
    assert signing.key_file().read_bytes() != old_seed
    assert {k.kid: k.current for k in signing.public_keys()} == {
        fresh.kid: True, before.signature.kid: False,
    }  # fmt: skip
    put(tmp_path, before)
    assert shell_check(tmp_path, "result.json", before.signature.kid).returncode == 0
    entry = JournalEntry.objects.get(action="signing.rotate")
    assert entry.detail == {"why": "每年更换", "old": before.signature.kid, "new": fresh.kid}


@pytest.mark.django_db
def test_a_public_key_can_be_neither_changed_nor_removed():
    signing.sign(b"x")
    for statement in ("UPDATE core_signing_key SET public = ''", "DELETE FROM core_signing_key"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert SigningKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_signers_that_race_keep_the_key_once():
    def once() -> None:
        try:
            signing.sign(os.urandom(8))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SigningKey.objects.count() == 1


@pytest.mark.parametrize(
    "text", ["", "zhijin-signature: 2\nalgorithm: Ed25519\n", "zhijin-signature: 1\nalgorithm: Ed25519\n",
             "zhijin-signature: 1\nalgorithm: Ed25519\nkey: a\nsignature: ####\n",
             "zhijin-signature: 1\nalgorithm: Ed25519\nkey: a\nsignature: AAAA\n"],
)  # fmt: skip
def test_a_text_that_is_no_signature_is_refused(text):
    with pytest.raises(ValueError, match="signature"):
        signing.read_side_file(text)


def test_the_side_file_comes_back():
    signature = signing.Signature("0123456789abcdef", bytes(range(64)))
    assert signing.read_side_file(signing.side_file(signature)) == signature


def test_only_an_ed25519_key_is_read(tmp_path):
    made = openssl("genpkey", "-algorithm", "X25519", "-out", str(tmp_path / "x.pem"))
    assert made.returncode == 0
    public = openssl("pkey", "-in", str(tmp_path / "x.pem"), "-pubout").stdout
    with pytest.raises(ValueError, match="Ed25519"):
        signing.read_pem(public)
    with pytest.raises(ValueError, match="PEM"):
        signing.read_pem("nothing of the kind")


# -- The commands


def line(what: Path | str, **more: object) -> argparse.Namespace:
    return argparse.Namespace(
        **{"what": str(what), "sig": None, "key": None, "json": False, **more}
    )


@pytest.mark.django_db
def test_the_command_checks_a_file(tmp_path, capsys):
    signed = signing.sign_document("test/1", {"n": 1})
    put(tmp_path, signed)
    path = tmp_path / "result.json"
    assert commands.verify(line(path)) == 0
    assert signed.signature.kid in capsys.readouterr().out
    pem = tmp_path / f"zhijin-{signed.signature.kid}.pem"
    assert commands.verify(line(path, key=pem, json=True)) == 0
    assert json.loads(capsys.readouterr().out)["whole"] is True
    path.write_bytes(signed.data + b" ")
    assert commands.verify(line(path)) == 1
    assert "签名无效" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_says_what_is_missing_or_strange(tmp_path, capsys):
    path = tmp_path / "a.json"
    assert commands.verify(line(path)) == 2
    path.write_text("{}")
    assert commands.verify(line(path)) == 2
    assert "a.json.sig" in capsys.readouterr().out
    (tmp_path / "a.json.sig").write_text("no signature")
    assert commands.verify(line(path)) == 2
    stranger = signing.Signature("f" * 16, bytes(64))
    (tmp_path / "a.json.sig").write_text(signing.side_file(stranger))
    assert commands.verify(line(path)) == 1
    assert "不是本平台的" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_changes_the_key_only_with_a_reason(capsys):
    first = signing.public_keys()[0].kid
    assert signing_commands.run(argparse.Namespace(what="rotate", why=" ")) == 2
    assert signing.public_keys()[0].kid == first
    assert signing_commands.run(argparse.Namespace(what="rotate", why="疑似泄露")) == 0
    shown = capsys.readouterr().out
    assert first in shown
    assert "在用" in shown
    assert "BEGIN PUBLIC KEY" in shown


# -- The public page


@pytest.mark.django_db
def test_anybody_reads_the_keys(client):
    kid = signing.sign(b"x").kid
    page = client.get("/keys/").content.decode()
    assert kid in page
    assert "openssl pkeyutl -verify" in page
    answer = client.get(f"/keys/{kid}.pem")
    assert signing.read_pem(answer.content.decode()).kid == kid
    assert client.get("/keys/0000000000000000.pem").status_code == 404
