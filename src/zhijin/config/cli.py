"""The ``zhijin`` command: parses the line, loads what the command needs, and no more."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from zhijin import __version__
from zhijin.config.booting import keeping
from zhijin.config.commands import COMMANDS, ENVIRONMENT, GROUPS, Command
from zhijin.config.database import available
from zhijin.config.home import Home, say
from zhijin.config.pguser import PostgresError
from zhijin.config.up import Refused


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``zhijin`` with ``argv`` (default: the process's); returns the exit code."""
    line = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
    try:
        return _dispatch(line)
    except (PostgresError, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not _unprepared(error):
            raise
        print(
            say(
                "数据库里还没有要用的表：请先运行 zhijin migrate（或启动一次 zhijin up）。",
                "The database does not have the tables for this yet: run zhijin migrate (or zhijin up once) first.",
            ),
            file=sys.stderr,
        )
        return 1


def _unprepared(error: BaseException) -> bool:
    """Whether a table or column is missing that a migration makes: the installation was never started, or
    is older than the code."""
    from psycopg.errors import UndefinedColumn, UndefinedTable

    return isinstance(error.__cause__, UndefinedTable | UndefinedColumn)


def _dispatch(line: list[str]) -> int:
    command = next((c for c in COMMANDS if line and c.name == line[0]), None)
    if command is None:
        args = build_parser().parse_args(line)
        if getattr(args, "command", None) is None:
            print(overview())
        return 0
    if command.name == "manage":
        # Django parses its own options, so argparse must not see them.
        return _run(command, argparse.Namespace(rest=line[1:]))
    if command.mount and command.django:
        return _run_mounted(command, line)
    return _run(command, build_parser(command).parse_args(line))


def _run(command: Command, args: argparse.Namespace) -> int:
    """Run a command whose line needed no Django to be understood."""
    function = _function(command, args)
    with contextlib.ExitStack() as stack:
        if command.database or getattr(args, "database", False):
            _same_as_up(stack)
        if command.django or getattr(args, "django", False):
            load_django()
        return int(function(args) or 0)


def _run_mounted(command: Command, line: list[str]) -> int:
    """A room's command may import its models to say what it takes: Django first, then the line."""
    wants_help = "-h" in line or "--help" in line
    with contextlib.ExitStack() as stack:
        if command.database and not wants_help:
            _same_as_up(stack)
        load_django()
        args = build_parser(command).parse_args(line)
        return int(_function(command, args)(args) or 0)


def _same_as_up(stack: contextlib.ExitStack) -> None:
    """The database, and whether this is a demonstration, as ``zhijin up`` has them."""
    home = Home()
    if home.remembered().get("demo", True):
        os.environ.setdefault("ZHIJIN_DEMO", "1")
    stack.enter_context(available(home))


def _function(command: Command, args: argparse.Namespace) -> Callable[[argparse.Namespace], Any]:
    """What to call: set by the room's parser, or named in the table."""
    for name in ("run", "handler"):
        function = getattr(args, name, None)
        if function is not None:
            return function  # type: ignore[no-any-return]
    if not command.run:
        return lambda _: (
            print(say("还要说做什么：", "Say what to do:"), f"zhijin {command.name} --help") or 2
        )
    module, name = command.run.split(":")
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


def load_django() -> None:
    """Settings, applications, and the terminal's language for what rooms say."""
    import django
    from django.apps import apps
    from django.utils import translation

    if not apps.ready:
        with keeping():
            django.setup()
    translation.activate(say("zh-hans", "en"))


def _mount(command: Command, commands: Any) -> None:
    """Let a room add its command; ``add_parser(commands)`` names it itself."""
    try:
        room = import_module(command.mount)
    except ModuleNotFoundError as error:
        if error.name != command.mount:
            raise
        raise Refused(
            say("这个安装没有这个命令。", "This installation has no such command.")
        ) from error
    room.add_parser(commands)


def build_parser(only: Command | None = None) -> argparse.ArgumentParser:
    """The parser; with ``only``, just that command is filled in (nothing else is imported)."""
    parser = argparse.ArgumentParser(
        prog="zhijin",
        usage=say("zhijin 命令 …", "zhijin COMMAND ..."),
        description=overview(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"zhijin {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", prog="zhijin", help=argparse.SUPPRESS
    )
    for command in COMMANDS:
        if only is not None and command.name != only.name:
            continue
        if command.mount:
            if only is not None:
                _mount(command, commands)
            continue
        added = commands.add_parser(
            command.name, help=command.summary, description=command.more or command.summary
        )
        if command.add:
            command.add(added)
    return parser


def overview() -> str:
    """What ``zhijin --help`` says before the options."""
    by_name = {c.name: c for c in COMMANDS}
    lines = [
        say(
            "织锦：基层治理的开放平台。事情在上面办，报表从事实来。",
            "Zhijin: the open platform for grassroots governance.",
        ),
        "",
        say("第一次用：zhijin up", "New here? zhijin up"),
    ]
    for zh, en, names in GROUPS:
        lines += ["", say(zh, en) + ":"]
        lines += [f"  {name:<10} {by_name[name].summary}" for name in names]
    lines += ["", say("环境变量：", "Environment:")]
    lines += [f"  {name:<19} {say(zh, en)}" for name, zh, en in ENVIRONMENT]
    lines += [
        "",
        say("每个命令的用法：zhijin 命令 --help", "More about each: zhijin COMMAND --help"),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
