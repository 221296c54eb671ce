"""``zhijin speaker``: makes this computer a loudspeaker. Needs no database, no Django and no other room."""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import signal
import sqlite3
import threading
from pathlib import Path

from zhijin.broadcast.speaker.agent import Agent
from zhijin.broadcast.speaker.setup import load
from zhijin.broadcast.speaker.sound import Aplay, Sink, WaveFile
from zhijin.broadcast.speaker.store import Task
from zhijin.config.home import say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "setup", type=Path, help=say("平台给的配置文件", "the setup file that the platform gave")
    )
    parser.add_argument(
        "--state", type=Path, metavar="DIR",
        help=say("日程和音频的目录（默认在配置旁边）", "where schedule and audio lie (default beside the setup)"),
    )  # fmt: skip
    parser.add_argument(
        "--sink", type=Path, metavar="DIR",
        help=say("不放声，写成 WAV 文件（试用）", "write WAV files instead of sounding (for trials)"),
    )  # fmt: skip
    parser.add_argument("--speed", type=float, default=1.0, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM; 1 when the setup cannot be read, 2 when there is nothing to sound with, 3 when its folder is in
    use or cannot be written."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        setup = load(args.setup)
    except (OSError, ValueError) as error:
        print(error)
        return 1
    if args.sink is None and shutil.which("aplay") is None:
        print(say("没有 aplay：apt install alsa-utils，或用 --sink 试用。",
                  "There is no aplay: apt install alsa-utils, or try with --sink."))  # fmt: skip
        return 2
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    folder = args.state or args.setup.with_suffix("").with_name(args.setup.stem + ".state")
    try:
        agent = Agent(setup, folder, _sink(args.sink, args.speed))
    except sqlite3.OperationalError as error:
        print(say(f"{folder} 用不了（{error}）：可能有另一个 zhijin speaker 正在用它，或者磁盘写满了。",
                  f"{folder} cannot be used ({error}): another zhijin speaker may be at work in it, or the disk is"
                  " full."))  # fmt: skip
        return 3
    logging.getLogger("zhijin.speaker").info("loudspeaker %s at %s", setup.code, setup.place)
    agent.run(stopped)
    return 0


class _sink:  # noqa: N801 - called like a function
    """Opens the sound card, or the next file of a playing."""

    def __init__(self, folder: Path | None, speed: float) -> None:
        self.folder, self.speed = folder, speed
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, task: Task, rate: int) -> Sink:
        if self.folder is None:
            return Aplay(rate)
        name = re.sub(r"[^0-9a-zA-Z-]", "", task.id)
        number = 1 + len(list(self.folder.glob(f"{name}-{task.turn}-*.wav")))
        return WaveFile(self.folder / f"{name}-{task.turn}-{number}.wav", rate, self.speed)
