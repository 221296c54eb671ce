"""Digests against published vectors; sealed fields that tell when they were touched; masks that hide."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core import crypto

text = st.text(max_size=80)


def test_sm3_gives_the_examples_of_its_standard():
    # GB/T 32905-2016, appendix A.
    assert crypto.sm3(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert crypto.sm3(b"abcd" * 16).hex() == (
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


@given(text)
def test_what_is_sealed_opens_again(plain):
    blob = crypto.seal("person.phone", plain)
    assert crypto.unseal("person.phone", blob) == plain
    assert crypto.unseal("person.phone", memoryview(blob)) == plain
    assert plain == "" or plain.encode() not in blob or len(plain.encode()) < 4


@given(text, st.data())
def test_one_changed_bit_is_found(plain, data):
    blob = bytearray(crypto.seal("person.phone", plain))
    where = data.draw(st.integers(1, len(blob) - 1))
    blob[where] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InvalidTag):
        crypto.unseal("person.phone", bytes(blob))


@given(text)
def test_a_value_cannot_be_moved_to_another_column(plain):
    with pytest.raises(InvalidTag):
        crypto.unseal("person.name", crypto.seal("person.phone", plain))


@pytest.mark.parametrize("cut", [0, 1, 12, 28])
def test_a_cut_off_value_is_refused(cut):
    with pytest.raises((ValueError, InvalidTag)):
        crypto.unseal("x", crypto.seal("x", "13812345678")[:cut])


def test_another_version_is_refused_by_name():
    with pytest.raises(ValueError, match="version"):
        crypto.unseal("x", b"\x02" + crypto.seal("x", "y")[1:])


def test_the_same_value_is_never_sealed_the_same_way_twice():
    assert len({crypto.seal("x", "13812345678") for _ in range(50)}) == 50


def test_a_blind_index_finds_equal_values_of_one_purpose_only():
    assert crypto.blind("person.id", " 11010519491231002x ") == crypto.blind(
        "person.id", "11010519491231002X"
    )
    assert crypto.blind("person.id", "1") != crypto.blind("person.phone", "1")
    assert len(crypto.blind("x", "1")) == 32


@pytest.mark.parametrize(
    ("name", "masked"),
    [("", "*"), ("张", "*"), ("张三", "张*"), ("李小红", "李**"), ("欧阳小红", "欧**红")],
)
def test_names_keep_their_first_character(name, masked):
    assert crypto.mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("12345", "***45"),
        ("1", "1"),
        ("08701234567", "087****4567"),
    ],
)
def test_phones_keep_their_ends(phone, masked):
    assert crypto.mask_phone(phone) == masked


def test_identity_numbers_keep_two_characters():
    masked = crypto.mask_id("11010519491231002X")
    assert masked == "1" + "*" * 16 + "X"
    assert "1949" not in masked
