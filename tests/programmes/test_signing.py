"""Webhook signatures after the Standard Webhooks specification."""

from __future__ import annotations

import base64
import time

import pytest

from zhijin.programmes.webhooks import signing

#: The example that the specification's libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_example_is_signed_alike():
    assert signing.sign(SECRET, MESSAGE, STAMP, BODY) == SIGNATURE


def test_headers_carry_id_time_and_signature():
    given = signing.headers([SECRET], MESSAGE, STAMP, BODY)
    assert given == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": str(STAMP),
        "webhook-signature": SIGNATURE,
    }
    signing.verify([SECRET], given, BODY, now=STAMP)


def test_header_names_may_come_in_any_case():
    given = {k.title(): v for k, v in signing.headers([SECRET], MESSAGE, STAMP, BODY).items()}
    signing.verify([SECRET], given, BODY, now=STAMP + 299)


def test_while_rotating_either_secret_verifies():
    new = signing.new_secret()
    given = signing.headers([new, SECRET], MESSAGE, STAMP, BODY)
    assert len(given["webhook-signature"].split()) == 2
    signing.verify([SECRET], given, BODY, now=STAMP)
    signing.verify([new], given, BODY, now=STAMP)


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({"webhook-id": "msg_other"}, STAMP),
        ({"webhook-timestamp": str(STAMP + 1)}, STAMP),
        ({"webhook-signature": "v1,AAAA"}, STAMP),
        ({"webhook-signature": "v2," + SIGNATURE[3:]}, STAMP),
        ({"webhook-timestamp": "soon"}, STAMP),
        ({}, STAMP + 301),
        ({}, STAMP - 301),
    ],
)
def test_whatever_is_changed_or_old_is_refused(change, now):
    given = signing.headers([SECRET], MESSAGE, STAMP, BODY) | change
    with pytest.raises(signing.BadSignature):
        signing.verify([SECRET], given, BODY, now=now)


def test_another_body_or_a_missing_header_is_refused():
    given = signing.headers([SECRET], MESSAGE, STAMP, BODY)
    with pytest.raises(signing.BadSignature):
        signing.verify([SECRET], given, BODY + b" ", now=STAMP)
    del given["webhook-id"]
    with pytest.raises(signing.BadSignature):
        signing.verify([SECRET], given, BODY, now=STAMP)


def test_a_new_secret_has_the_prefix_and_enough_bytes():
    one, other = signing.new_secret(), signing.new_secret()
    assert one != other
    assert one.startswith("whsec_")
    assert 24 <= len(base64.b64decode(one[6:])) <= 64
    now = int(time.time())
    signing.verify([one], signing.headers([one], "m", now, b"{}"), b"{}")


def test_a_secret_that_is_no_base64_is_an_error():
    with pytest.raises(ValueError, match="whsec_"):
        signing.sign("whsec_***", MESSAGE, STAMP, BODY)
