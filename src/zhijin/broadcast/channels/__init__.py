"""Ways beside the loudspeakers: group robots and short messages. One file each; others come as packages."""

from zhijin.broadcast.channels.base import Bad, Call, Channel, Message, Route, Verdict
from zhijin.broadcast.channels.registry import all_kinds, kind

__all__ = ["Bad", "Call", "Channel", "Message", "Route", "Verdict", "all_kinds", "kind"]
