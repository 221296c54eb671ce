"""What an envelope is: it knows its own files, takes the message out, and puts one in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from zhijin.broadcast import cap


class Envelope(ABC):
    """One format. ``verified``: it was held against its standard's text and a real system."""

    name: ClassVar[str]
    title: ClassVar[str]
    verified: ClassVar[bool]
    media_type: ClassVar[str]
    most_bytes: ClassVar[int]

    @property
    def mark(self) -> str:
        """Stands as the source of a message that was taken out of it."""
        return f"{self.name}{'' if self.verified else ' (unverified)'}"

    @abstractmethod
    def holds(self, data: bytes) -> bool:
        """Whether a file is one of these, by its first bytes."""

    @abstractmethod
    def opened(self, data: bytes) -> cap.Message:
        """The message inside. Raises cap.Bad."""

    @abstractmethod
    def packed(self, message: cap.Message, sender: str) -> tuple[str, bytes]:
        """A file's name and bytes; ``sender``: our code in that system. Raises cap.Bad for what it cannot say."""
