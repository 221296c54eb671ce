"""Private addresses: only ours open, only for their own row and version, and guessing is stopped."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core import crypto
from zhijin.core.errors import Refusal
from zhijin.core.private_links import WRONG, PrivateLinks
from zhijin.core.ratelimit import parse

ONE, OTHER = PrivateLinks("test.one"), PrivateLinks("test.other")
KEYS = st.binary(min_size=16, max_size=16)


@given(key=KEYS, version=st.none() | st.integers(0, 65_535))
def test_a_token_opens_its_own_key_at_its_own_version_only(key, version):
    token = ONE.token(key, version)
    assert len(token) == 42
    assert ONE.key_of(token) == key
    assert ONE.opens(token, version)
    assert not OTHER.opens(token, version), "the kinds of links have keys of their own"
    assert not ONE.opens(token, 7 if version != 7 else 8)


@given(key=KEYS, at=st.integers(0, 30), flip=st.integers(1, 255))
def test_no_changed_byte_opens_anything(key, at, flip):
    body = bytearray(base64.urlsafe_b64decode(ONE.token(key, 1) + "=="))
    body[at] ^= flip
    assert not ONE.opens(base64.urlsafe_b64encode(body).decode().rstrip("="), 1)


@given(text=st.text(max_size=60))
def test_what_is_no_token_is_none(text):
    assert not ONE.opens(text)


@pytest.mark.parametrize("cut", [1, 2, 4, 20])
def test_a_token_that_was_cut_off_is_none(cut):
    token = ONE.token(bytes(16))
    assert ONE.key_of(token[:-cut]) is None


@pytest.mark.parametrize(
    ("purpose", "key", "version"),
    [
        ("people.member-link", UUID(int=5).bytes, 3),
        ("home.wall-link", UUID(int=6).bytes, None),
        ("activities.calendar-feed", (632802).to_bytes(8, "big"), 1),
    ],
)
def test_links_that_were_handed_out_before_still_open(purpose, key, version):
    """As each room made them by itself: id, then 15 bytes of the keyed digest of id and version."""
    more = b"" if version is None else version.to_bytes(2, "big")
    old = base64.urlsafe_b64encode(key + crypto.hmac_sm3(purpose, key + more)[:15])
    links = PrivateLinks(purpose, len(key))
    assert links.token(key, version) == old.rstrip(b"=").decode()
    assert links.opens(old.rstrip(b"=").decode(), version)


@pytest.mark.django_db
def test_too_many_wrong_ones_from_one_address_have_to_wait():
    most, _seconds = parse(WRONG)
    for _ in range(most):
        ONE.refuse_guesses("203.0.113.9")
    with pytest.raises(Refusal) as refused:
        ONE.refuse_guesses("203.0.113.9")
    assert refused.value.status == 429
    ONE.refuse_guesses("203.0.113.10")
    OTHER.refuse_guesses("203.0.113.9")
