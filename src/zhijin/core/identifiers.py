"""Checks identity card numbers, credit codes and telephone numbers. Plain Python; keeps and looks up nothing.

Old data holds numbers that were issued wrongly, so a wrong check digit is reported and the caller
decides whether to warn or to refuse.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_ID = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CREDIT = re.compile(rf"[0-9A-HJ-NP-RT-UW-Y]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}", re.ASCII)
_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}[2-9][0-9]{6,7}", re.ASCII)
_SERVICE = re.compile(r"(?:400|800)[0-9]{7}|9[56][0-9]{3,4}|1[12][0-9]{1,3}", re.ASCII)
#: Eleven digits that look like a mobile number and that no operator has given out.
TEST_MOBILE_PREFIX = "129"


class Flaw(StrEnum):
    """Why a number is not right."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    REGION = "region"
    BIRTH = "birth"
    CHECK_DIGIT = "check_digit"
    ROUNDED = "rounded"
    UNKNOWN_RANGE = "unknown_range"


def plain(text: str) -> str:
    """Full-width characters made narrow, gaps and hyphens removed, letters large."""
    if text.isascii() and text.isalnum():
        return text.upper()  # nearly every one
    narrow = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\-‐-―−]", "", narrow).upper()


@dataclass(frozen=True, slots=True)
class IdCard:
    """What an identity card number tells: division at issue, day of birth, sex at registration."""

    number: str
    region: str
    birth: date
    male: bool


def id_card_check(first17: str) -> str:
    """The check character of GB 11643 (ISO 7064 MOD 11-2) for seventeen digits."""
    if len(first17) != len(_ID_WEIGHTS):
        raise ValueError(f"not seventeen digits: {len(first17)}")
    return _ID_CHECK[sum(map(mul, map(int, first17), _ID_WEIGHTS)) % 11]


def read_id_card(text: str, *, on: date | None = None) -> IdCard | Flaw:
    """Read an eighteen-digit number (GB 11643-1999), or say what is wrong with it.

    ``on`` is the day that no birth may lie after. A number ending in 000 after fifteen digits is
    what a spreadsheet makes of it when it takes the number for a quantity.
    """
    number = plain(text)
    flaw = _id_shape(number)
    if flaw:
        return flaw
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Flaw.BIRTH
    if birth.year < 1880 or (on is not None and birth > on):
        return Flaw.BIRTH
    if id_card_check(number[:17]) != number[17]:
        return Flaw.ROUNDED if number.endswith("000") else Flaw.CHECK_DIGIT
    return IdCard(number, number[:6], birth, int(number[16]) % 2 == 1)


def birth_in(text: str) -> date | None:
    """The day of birth that a number tells, whatever its check digit; None where it tells none."""
    number = plain(text)
    if _id_shape(number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def meant_by(number: str) -> list[str]:
    """Right numbers that are one slip from one with a wrong check digit: a digit mistyped, or two neighbours
    exchanged. Nothing for any other number."""
    if read_id_card(number) is not Flaw.CHECK_DIGIT:
        return []
    tries = {
        number[:at] + digit + number[at + 1 :] for at in range(17) for digit in "0123456789"
    } | {number[:17] + digit for digit in _ID_CHECK}
    tries |= {number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(17)}
    return sorted(one for one in tries if isinstance(read_id_card(one), IdCard))


def _id_shape(number: str) -> Flaw | None:
    if not number:
        return Flaw.EMPTY
    if len(number) != 18:
        return Flaw.LENGTH
    if not _ID.fullmatch(number):
        return Flaw.CHARACTERS
    # 1 to 6 are the regions of the mainland, 7 and 8 Taiwan, Hong Kong and Macao residents' permits.
    return None if number[0] in "12345678" else Flaw.REGION


def credit_code_check(first17: str) -> str:
    """The check character of GB 32100-2015 for seventeen characters."""
    total = sum(
        _CREDIT_ALPHABET.index(c) * w for c, w in zip(first17, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[-total % 31]


def credit_code_flaw(text: str) -> Flaw | None:
    """What is wrong with a unified social credit code (GB 32100-2015); None when it is right."""
    code = plain(text)
    if not code:
        return Flaw.EMPTY
    if len(code) != 18:
        return Flaw.LENGTH
    if not _CREDIT.fullmatch(code):
        return Flaw.CHARACTERS
    return None if credit_code_check(code[:17]) == code[17] else Flaw.CHECK_DIGIT


def plain_phone(text: str) -> str:
    """Digits only, without the country's code: ``+86 138-0013-8000`` → ``13800138000``."""
    number = plain(text)
    number = re.sub(r"[()（）.]", "", number)
    for prefix in ("+86", "0086"):
        if number.startswith(prefix):
            return number[len(prefix) :]
    # 86 before eleven digits of a mobile is the country's code typed without its plus.
    return number[2:] if len(number) == 13 and number.startswith("861") else number


def phone_flaw(text: str) -> Flaw | None:
    """What is wrong with a Chinese telephone number: mobile, landline with area code, or service."""
    number = plain_phone(text)
    if not number:
        return Flaw.EMPTY
    if not number.isascii() or not number.isdigit():
        return Flaw.CHARACTERS
    if any(kind.fullmatch(number) for kind in (_MOBILE, _LANDLINE, _SERVICE)):
        return None
    if is_test_phone(number):
        return None
    return Flaw.UNKNOWN_RANGE if len(number) == 11 else Flaw.LENGTH


def is_mobile(text: str) -> bool:
    """Whether a text message could be sent there."""
    return bool(_MOBILE.fullmatch(plain_phone(text)))


def is_test_phone(text: str) -> bool:
    """Whether the number belongs to a demonstration: it looks like a mobile and reaches nobody."""
    number = plain_phone(text)
    return len(number) == 11 and number.isdigit() and number.startswith(TEST_MOBILE_PREFIX)
