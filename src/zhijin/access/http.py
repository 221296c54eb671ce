"""What a request carries once the session middleware has seen it; views of every room may name it."""

from __future__ import annotations

from django.http import HttpRequest

from zhijin.access.selectors import Visitor
from zhijin.core.actor import Actor


class Request(HttpRequest):
    """``actor`` is a resident when nobody is signed in; ``visitor`` is None then."""

    actor: Actor
    visitor: Visitor | None
    #: An API key was sent (it may be wrong: then ``visitor`` is None).
    by_key: bool
