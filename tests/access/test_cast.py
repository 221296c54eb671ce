"""The cast stands where it says."""

from __future__ import annotations

from tests.cast import PARTS
from zhijin.core.ids import place_key


def test_everybody_can_be_made_and_stands_in_their_place(cast):
    members = {member.key: member for member in cast.everybody()}
    assert set(members) == {"resident", *PARTS}
    worker = members["grid_worker"].actor
    assert worker.can("case.act", place_key(PARTS["grid_worker"].place))
    assert not worker.can("case.act", place_key(PARTS["outsider"].place))
