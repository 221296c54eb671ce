"""Check digits against published examples, and against every single slip of a key."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core import identifiers
from zhijin.core.identifiers import Flaw, IdCard

digits = st.text("0123456789", min_size=1, max_size=1)


def test_the_example_of_gb_11643_has_check_character_x() -> None:
    read = identifiers.read_id_card("11010519491231002X")
    assert read == IdCard("11010519491231002X", "110105", date(1949, 12, 31), male=False)
    assert identifiers.id_card_check("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("   ", Flaw.EMPTY),
        ("1101051949123100", Flaw.LENGTH),
        ("110105194912310021", Flaw.CHECK_DIGIT),
        ("11010519490230002X", Flaw.BIRTH),
        ("11010518491231002X", Flaw.BIRTH),
        ("01010519491231002X", Flaw.REGION),
        ("1101051949123100XX", Flaw.CHARACTERS),
        ("110105194912310000", Flaw.ROUNDED),
    ],
)
def test_says_what_is_wrong_with_an_identity_number(text: str, flaw: Flaw) -> None:
    assert identifiers.read_id_card(text) is flaw


def test_a_birth_after_today_is_refused() -> None:
    number = "11010520300101001"
    number += identifiers.id_card_check(number)
    assert isinstance(identifiers.read_id_card(number), IdCard)
    assert identifiers.read_id_card(number, on=date(2026, 1, 1)) is Flaw.BIRTH


def test_full_width_and_gaps_are_read() -> None:
    read = identifiers.read_id_card("１１０１０５ 19491231-002ｘ")
    assert isinstance(read, IdCard)
    assert read.number == "11010519491231002X"


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), digits)
def test_every_single_wrong_digit_changes_the_identity_check(
    first: str, at: int, other: str
) -> None:
    changed = first[:at] + other + first[at + 1 :]
    same = identifiers.id_card_check(first) == identifiers.id_card_check(changed)
    assert same == (changed == first)


def test_the_example_of_gb_32100_has_check_character_3() -> None:
    assert identifiers.credit_code_check("91350100M000100Y4") == "3"
    assert identifiers.credit_code_flaw("91350100M000100Y43") is None
    assert identifiers.credit_code_flaw(" 91350100m000100y43 ") is None


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("91350100M000100Y4", Flaw.LENGTH),
        ("91350100M000100Y44", Flaw.CHECK_DIGIT),
        ("91350100I000100Y43", Flaw.CHARACTERS),
        ("9135010OM000100Y43", Flaw.CHARACTERS),
    ],
)
def test_says_what_is_wrong_with_a_credit_code(text: str, flaw: Flaw) -> None:
    assert identifiers.credit_code_flaw(text) is flaw


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17),
    st.integers(0, 16),
    st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"),
)
def test_every_single_wrong_character_changes_the_credit_check(
    first: str, at: int, other: str
) -> None:
    changed = first[:at] + other + first[at + 1 :]
    same = identifiers.credit_code_check(first) == identifiers.credit_code_check(changed)
    assert same == (changed == first)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("+86 138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("86 13800138000", "13800138000"),
        ("（0851）8765 4321", "085187654321"),
        ("010-12345678", "01012345678"),
    ],
)
def test_phone_numbers_come_to_their_digits(text: str, plain: str) -> None:
    assert identifiers.plain_phone(text) == plain


@pytest.mark.parametrize(
    "text", ["13800138000", "0851-87654321", "400-123-4567", "95598", "12345", "110", "12900000001"]
)
def test_known_kinds_of_telephone_number_pass(text: str) -> None:
    assert identifiers.phone_flaw(text) is None


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("1380013800", Flaw.LENGTH),
        ("11800138000", Flaw.UNKNOWN_RANGE),
        ("一三八", Flaw.CHARACTERS),
    ],
)
def test_says_what_is_wrong_with_a_phone_number(text: str, flaw: Flaw) -> None:
    assert identifiers.phone_flaw(text) is flaw


def test_a_demonstration_number_is_no_mobile_that_could_ring() -> None:
    assert identifiers.is_test_phone("129 0000 0001")
    assert not identifiers.is_mobile("12900000001")
    assert identifiers.is_mobile("+8613800138000")
