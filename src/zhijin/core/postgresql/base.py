"""Named by the database settings' ENGINE. Everything but the look at a kept connection is Django's own."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django asks ``SELECT 1`` before the first statement of every request; this looks at the socket.

    A server that ended, was killed, or ended the session has closed the socket or left a last word
    in it; an idle connection of a living server has nothing to read. A line that died without a word
    is found by the first statement, as it is by ``SELECT 1``.
    """

    def is_usable(self) -> bool:
        """Whether the connection can be used again; after an error the server itself is asked."""
        if self.errors_occurred:
            return bool(super().is_usable())
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
