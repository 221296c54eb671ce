"""The package of the national system: what we put in comes out, what is no package is refused, and nobody is told that
it was verified."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tests.broadcast.conftest import SYSTEM, sent
from tests.broadcast.test_cap import info, message, see_alert, xml
from tests.cases.conftest import IN_GRID
from tests.cast import GRID, VILLAGE
from zhijin.broadcast import cap, envelopes
from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Alert
from zhijin.broadcast.services import alerts, stopping
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.sensing.services.devices import Entry, register

SENDER = "5306020000000001"
EBM = envelopes.KNOWN["EBM"]
LEVELS = ["red", "orange", "yellow", "blue", "plain"]


def packed(**more: Any) -> bytes:
    return EBM.packed(
        message(**{"sent": clock.local(clock.now()).replace(microsecond=0), **more}), SENDER
    )[1]


def inside(data: bytes) -> tuple[str, str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        (member,) = file.getmembers()
        held = file.extractfile(member)
        assert held is not None
        return member.name, held.read().decode()


def tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as file:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_it_says_that_it_is_unverified():
    assert not EBM.verified
    assert EBM.mark == "EBM (unverified)"
    assert envelopes.unverified(EBM.mark) == "EBM"
    assert envelopes.unverified("昭阳区气象台") == envelopes.unverified("") == ""


def test_a_package_is_named_after_what_it_holds():
    name, data = EBM.packed(message(), SENDER)
    held, body = inside(data)
    assert name.removeprefix("EBDT_").removesuffix(".tar") == held.removeprefix(
        "EBDB_"
    ).removesuffix(".xml")
    assert f"<EBRID>{SENDER}</EBRID>" in body
    assert f"<AreaCode>{VILLAGE}</AreaCode>" in body
    # The same message is the same bytes: nothing in it is of the moment of packing.
    assert EBM.packed(message(), SENDER) == (name, data)


@given(
    level=st.sampled_from(LEVELS),
    title=st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40),
    words=st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=200),
    drill=st.booleans(),
)
def test_what_is_put_in_comes_out(level, title, words, drill):
    ends = clock.local(clock.now() + timedelta(hours=3)).replace(microsecond=0)
    said = info(
        level=level, headline=title, description=words, instruction="", event="11B03", expires=ends
    )
    found = envelopes.opened(packed(info=said, status="Exercise" if drill else "Actual"))
    assert (found.identifier, found.sender, found.kind) == ("CMA-1", SENDER, "Alert")
    assert found.status == ("Exercise" if drill else "Actual")
    told = found.info
    assert told is not None
    assert (told.level, told.headline, told.description) == (level, title, words)
    assert (told.event, told.expires, told.areas[0].codes) == ("11B03", ends, (VILLAGE,))
    assert found.source == EBM.mark
    # And what came out is a message of CAP like any other.
    assert cap.read(cap.write(found)) == found


def test_a_stop_names_what_is_stopped():
    found = envelopes.opened(packed(kind="Cancel", info=None))
    assert (found.kind, found.info, found.references[0].identifier) == ("Cancel", None, "CMA-1")
    assert found.identifier != "CMA-1"


def test_a_circle_is_not_said_as_a_whole_village():
    around = info(areas=(cap.Area("圈", circles=((103.48, 27.54, 300),)),))
    with pytest.raises(cap.Bad, match="AreaCode"):
        EBM.packed(message(info=around), SENDER)


@pytest.mark.parametrize("sender", ["", "12", "abc", "1" * 31, "../../x"])
def test_our_code_is_digits(sender):
    with pytest.raises(cap.Bad, match="EBRID"):
        EBM.packed(message(), sender)


def body(**more: str) -> bytes:
    """A package's message with other words at some places."""
    text = inside(packed())[1]
    for old, new in more.items():
        start = text.index(f"<{old}>") + len(old) + 2
        text = text[:start] + new + text[text.index(f"</{old}>") :]
    return text.encode()


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"EBDS_1.xml": b"<x/>"},
        {"a/EBDB_1.xml": b"<x/>"},
        {"EBDB_1.xml": b"<x/>"},
        {"EBDB_1.xml": b"not xml"},
        {"EBDB_1.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><EBD>&b;</EBD>"},
        {"EBDB_1.xml": b"<EBD><EBDType>EBMStateRequest</EBDType></EBD>"},
        {"EBDB_1.xml": b"<EBD><EBDType>EBM</EBDType></EBD>"},
        {"EBDB_1.xml": b" " * (cap.MOST_BYTES + 1)},
    ],
)
def test_what_is_no_package_is_refused(files):
    with pytest.raises(cap.Bad):
        envelopes.opened(tar(files))


@pytest.mark.parametrize(
    "more",
    [
        {"SendTime": "yesterday"},
        {"AreaCode": "53060x"},
        {"AreaCode": ""},
        {"EndTime": "2026-13-01 00:00:00"},
    ],
)
def test_what_is_wrong_inside_is_told_by_its_place(more):
    with pytest.raises(cap.Bad, match=next(iter(more))):
        envelopes.opened(tar({"EBDB_1.xml": body(**more)}))
    twice = tar({"EBDB_1.xml": body(), "EBDB_2.xml": body()})
    with pytest.raises(cap.Bad, match="EBDB"):
        envelopes.opened(twice)
    with pytest.raises(cap.Bad):
        envelopes.opened(packed()[:700])


def test_a_package_larger_than_any_is_not_looked_into():
    with pytest.raises(cap.Bad, match="KB"):
        envelopes.opened(packed() + b"\0" * EBM.most_bytes)


@pytest.mark.django_db
def test_a_package_proposes_a_broadcast_and_says_that_nobody_verified_it(village, cast):
    client, actor = cast.branch_secretary.client, cast.branch_secretary.actor
    upload = io.BytesIO(packed())
    upload.name = "EBDT_1.tar"
    answer = client.post("/desk/alerts/", {"file": upload})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "格式和签名未经核验" in page
    row = see_alert()
    assert (row.state, row.level, row.areas) == ("proposed", "red", [VILLAGE])
    assert alerts.receive(actor=actor, data=packed()).pk == row.pk
    alerts.receive(actor=actor, data=packed(kind="Cancel", info=None))
    assert row.pk in {one.pk for one in withdrawn()}
    # A bare message of CAP is no envelope.
    plain = alerts.receive(actor=actor, data=xml(number=9))
    assert "格式和签名未经核验" not in client.get(f"/desk/alerts/{plain.id}/").content.decode()


def withdrawn() -> list[Any]:
    with scoped(SYSTEM):
        return list(Alert.objects.filter(state="cancelled"))


@pytest.mark.django_db
def test_what_went_out_is_exported_where_we_have_a_code(village, cast):
    client = cast.branch_secretary.client
    row = sent(cast.branch_secretary.actor, level="red", urgent=True, exercise=True)
    page = f"/desk/broadcasts/{row.id}/"
    with override_settings(ZHIJIN_EBM_SENDER=SENDER):
        assert "EBM，格式未经核验" in client.get(page).content.decode()
        answer = client.get(f"{page}ebm.tar")
    assert answer.headers["Content-Type"] == "application/x-tar"
    found = envelopes.opened(answer.content)
    assert (found.status, found.sender, found.info and found.info.level) == (
        "Exercise",
        SENDER,
        "red",
    )
    with override_settings(ZHIJIN_EBM_SENDER=""):
        assert client.get(f"{page}ebm.tar").status_code == 404
        assert "EBM" not in client.get(page).content.decode()
    stopped = stopping.stop(actor=cast.branch_secretary.actor, pk=row.id)
    with override_settings(ZHIJIN_EBM_SENDER=SENDER):
        assert (
            envelopes.opened(client.get(f"/desk/broadcasts/{stopped.id}/ebm.tar").content).kind
            == "Cancel"
        )


@pytest.mark.django_db
def test_a_circle_is_refused_with_what_to_do(village, cast):
    register(actor=SYSTEM, entry=Entry("loudspeaker", "中间", GRID, *IN_GRID))
    row = sent(cast.branch_secretary.actor, circle=Circle(*IN_GRID, 300))
    answer = cast.branch_secretary.client.get(f"/desk/broadcasts/{row.id}/ebm.tar")
    assert answer.status_code == 409
    assert "BC023" in answer.content.decode()
    with pytest.raises(Refusal):
        alerts.receive(actor=cast.branch_secretary.actor, data=b"x" * 300)
