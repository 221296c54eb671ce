"""How a broadcast reads as a message, and how long it is. Messages are in Chinese, as the loudspeakers speak."""

from __future__ import annotations

from collections.abc import Callable

from zhijin.broadcast.channels.base import Message

MORE = "……"
_ENDS = "。！？；"
TEST = "这是一条测试消息。收到它，说明这个渠道接通了。"


def heading(message: Message) -> str:
    """What it is and how grave: “【演练】【橙色】…”."""
    marks = f"【{message.drill}】" if message.drill else ""
    marks += f"【{message.level}】" if message.level else ""
    return marks + message.title


def body(message: Message) -> str:
    """The text without its heading, and without a title that stands at its beginning anyway."""
    if message.what == "test":
        return TEST
    if message.what == "stop":
        why = f"原因：{message.reason}。" if message.reason else ""
        return f"此前发布的这条广播已经停播，请不要再按它行动。{why}"
    text = message.text.strip()
    if text.startswith(message.title):
        text = text[len(message.title) :].lstrip("。，：:！ \n")
    return text


def whole(message: Message, most: int, size: Callable[[str], int]) -> str:
    """Heading, text, place and link within ``most`` by ``size``; only the text is shortened."""
    foot = "\n".join(one for one in (message.place, message.link) if one)
    head = heading(message)
    left = most - size(f"{head}\n\n{foot}")
    text = shortened(body(message), left, size)
    return "\n".join(one for one in (head, text, foot) if one)


def shortened(text: str, most: int, size: Callable[[str], int]) -> str:
    """As much of the text as fits, to the end of a sentence where one lies in the later half, with an ellipsis."""
    if size(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle] + MORE) <= most:
            low = middle
        else:
            high = middle - 1
    cut = text[:low]
    end = max(cut.rfind(mark) for mark in _ENDS) + 1
    kept = cut[:end] if end > low // 2 else cut
    return kept + MORE if size(kept + MORE) <= most else ""


def octets(text: str) -> int:
    return len(text.encode())


def units(text: str) -> int:
    """UTF-16 code units, by which short messages count."""
    return len(text.encode("utf-16-le")) // 2


def segments(text: str) -> int:
    """How many short messages a text takes: 70 characters, or 67 each when it takes more than one; 160 and 153 for
    plain ASCII (3GPP TS 23.040)."""
    plain = text.isascii()
    one, each = (160, 153) if plain else (70, 67)
    count = units(text)
    return 1 if count <= one else -(-count // each)
