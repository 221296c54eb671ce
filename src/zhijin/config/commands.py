"""What each ``zhijin`` command is called, says about itself and takes. Imports nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from zhijin.config.home import say

Adder = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True)
class Command:
    """One command. ``run`` is ``module:function``; ``mount`` is a module whose ``add_parser`` adds it.

    ``django``: the settings are loaded first; ``database``: the database is started first.
    """

    name: str
    zh: str
    en: str
    run: str = ""
    mount: str = ""
    add: Adder | None = None
    django: bool = False
    database: bool = False
    more_zh: str = ""
    more_en: str = ""

    @property
    def summary(self) -> str:
        return say(self.zh, self.en)

    @property
    def more(self) -> str:
        return say(self.more_zh, self.more_en)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=say("输出 JSON", "print JSON"))


def _up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help=say(
            "监听的地址；0.0.0.0 表示局域网也能访问",
            "address to listen on; 0.0.0.0 opens it to the network",
        ),
    )
    parser.add_argument(
        "--port",
        type=int,
        help=say(
            "网页端口（默认 8000 或下一个空闲端口）",
            "port of the pages (default 8000 or the next free one)",
        ),
    )
    parser.add_argument(
        "--no-demo",
        action="store_true",
        help=say(
            "正式安装：不要演示数据、演示账号和演示时钟",
            "a real installation: no demonstration data, accounts or clock",
        ),
    )
    parser.add_argument(
        "--scale",
        choices=["village", "county", "province"],
        default="village",
        help=say("第一次启动时演示数据的规模", "size of the demonstration made at the first start"),
    )


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help=say("监听的地址", "address to listen on")
    )
    parser.add_argument("--port", type=int, default=8000, help=say("端口", "port"))
    parser.add_argument(
        "--events",
        action="store_true",
        help=say("只服务事件流（SSE）", "serve only the event stream (SSE)"),
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        help=say("进程数（默认按处理器数）", "processes (default: by processors)"),
    )
    parser.add_argument(
        "--threads", type=int, default=0, help=say("每个进程的线程数", "threads of each process")
    )


def _worker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--concurrency", type=int, default=4, help=say("同时做几件事", "jobs at a time")
    )


def _speaker(parser: argparse.ArgumentParser) -> None:
    from zhijin.config.speaker import add

    add(parser)


def _manage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rest",
        nargs=argparse.REMAINDER,
        help=say("Django 的命令和参数", "Django's command and its arguments"),
    )


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rest",
        nargs=argparse.REMAINDER,
        metavar="NAME …",
        help=say("基准的名字，all 或 list", "name of a benchmark, or all, or list"),
    )


def _messages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=["check", "missing", "compile"],
        help=say(
            "check 查缺查错，missing 列出还没有英文的，compile 写出 .mo",
            "check reports what is missing or stale, missing lists what has no English, compile writes the .mo",
        ),
    )


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help=say("只检查是否需要迁移", "only say whether there is anything to do"),
    )


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="FILE", help=say("写到这个文件或目录", "file or directory to write to")
    )
    parser.add_argument(
        "--without-keys",
        action="store_true",
        help=say("不带密钥（密钥另外保管）", "leave the keys out (keep them elsewhere)"),
    )


def _restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="FILE", help=say("zhijin backup 写出的文件", "what zhijin backup wrote")
    )


def _mounted(name: str, mount: str, zh: str, en: str) -> Command:
    """A command of a room, which adds its own words; it needs settings and database."""
    return Command(name, zh, en, mount=mount, django=True, database=True)


CONFIG = "zhijin.config."
COMMANDS: tuple[Command, ...] = (
    Command(
        "up",
        "启动整个平台",
        "start the whole platform",
        run=CONFIG + "runners:up",
        add=_up,
        more_zh="启动数据库、网页、事件流和后台任务，打印地址和演示账号，直到 Ctrl-C。"
        "第一次会建库、导入区划和演示数据；以后几秒就好。任何进程死掉都会自动重启。",
        more_en="Starts the database, the pages, the event stream and the background worker, prints the"
        " address and the demonstration accounts, and runs until Ctrl-C. The first start makes the"
        " database and the demonstration; later ones take seconds. Any process that dies is restarted.",
    ),
    Command("down", "停止正在运行的平台", "stop a platform that runs", run=CONFIG + "runners:down"),
    Command("status", "说明什么在运行", "say what runs", run=CONFIG + "runners:status", add=_json),
    Command(
        "doctor",
        "检查安装，指出问题和修法",
        "say what is wrong with this installation and how to mend it",
        run=CONFIG + "doctor:run",
        add=_json,
        more_zh="检查 Python、磁盘、端口、数据库、迁移、密钥、审计链、静态文件、字体和时钟。有问题时退出码为 1。",
        more_en="Checks Python, disk, ports, database, migrations, keys, journal chain, static files,"
        " fonts and clock. The exit code is 1 when something needs mending.",
    ),
    _mounted(
        "import",
        "zhijin.places.commands",
        "导入区划等数据",
        "import divisions and other data",
    ),
    _mounted(
        "demo",
        "zhijin.home.commands",
        "生成演示数据",
        "make demonstration data",
    ),
    _mounted(
        "simulate",
        "zhijin.sensing.commands",
        "模拟设备发事件",
        "let simulated devices speak",
    ),
    Command(
        "playbook",
        "检查、解释、试跑、发布剧本",
        "check, explain, try and publish playbooks",
        mount="zhijin.config.playbook_command",
    ),
    _mounted(
        "assess",
        "zhijin.assessment.commands",
        "计算、公布、查看考核结果",
        "compute, publish and look at assessments",
    ),
    _mounted(
        "ledger",
        "zhijin.ledger.commands",
        "核对账簿",
        "check that the books agree with themselves",
    ),
    Command(
        "migrate",
        "把数据库升级到这个版本",
        "bring the database to this version",
        run=CONFIG + "runners:migrate",
        add=_check,
        django=True,
        database=True,
    ),
    _mounted(
        "account",
        "zhijin.access.commands",
        "建立三员账号，重设管理员密码",
        "make the three administrators, reset an administrator's password",
    ),
    Command(
        "backup",
        "备份数据库、密钥和文件",
        "back up database, keys and files",
        run=CONFIG + "backups:backup",
        add=_backup,
        more_zh="可以在运行中备份。写成一个文件，里面每一部分都有摘要。",
        more_en="Works while the platform runs. Writes one archive with the digest of each part.",
    ),
    Command(
        "restore",
        "从备份恢复到空目录",
        "restore a backup into an empty state directory",
        run=CONFIG + "backups:restore",
        add=_restore,
    ),
    _mounted(
        "verify",
        "zhijin.core.commands",
        "核对审计日志或签名文件没有被改动",
        "verify that the audit journal or a signed file was not altered",
    ),
    _mounted(
        "signing",
        "zhijin.core.signing_commands",
        "查看或更换签名的密钥",
        "show or change the key that signs",
    ),
    _mounted(
        "files",
        "zhijin.core.file_commands",
        "核对和清理上传的文件",
        "check uploaded files, and delete those that nothing names",
    ),
    _mounted(
        "retention",
        "zhijin.people.retention_commands",
        "查看或删除保存期满的个人信息",
        "show or erase personal data past its period",
    ),
    Command(
        "bench",
        "测量速度",
        "measure speed",
        run=CONFIG + "benches:run",
        add=_bench,
        more_zh="每个基准打印一个 JSON 对象：数字、对照和比值。",
        more_en="Every benchmark prints one JSON object: figures, what they are held against, ratios.",
    ),
    Command(
        "messages",
        "核对并编译界面译文",
        "check and compile the translations",
        run=CONFIG + "messages:run",
        add=_messages,
        django=True,
    ),
    Command(
        "serve",
        "只运行网页服务（up 用它）",
        "run only the web server (used by up)",
        run=CONFIG + "runners:serve",
        add=_serve,
    ),
    Command(
        "worker",
        "只运行后台任务（up 用它）",
        "run only the background worker (used by up)",
        run=CONFIG + "worker:run",
        add=_worker,
        django=True,
    ),
    Command(
        "gate",
        "只运行设备准入（up 用它）",
        "run only what lets devices in (used by up)",
        run=CONFIG + "devices:gate",
        django=True,
    ),
    Command(
        "ingest",
        "只运行设备事件接收（up 用它）",
        "run only what takes in the events of devices (used by up)",
        run=CONFIG + "devices:ingest",
        django=True,
    ),
    Command(
        "voice",
        "只运行广播的收发（up 用它）",
        "run only what says broadcasts and takes receipts in (used by up)",
        run=CONFIG + "devices:voice",
        django=True,
    ),
    Command(
        "speaker",
        "把这台电脑变成一个云喇叭",
        "make this computer a loudspeaker",
        run=CONFIG + "speaker:run",
        add=_speaker,
        more_zh="配置文件从工作台的“云喇叭”页面下载；断网时按日程照播，联网后补交回执。",
        more_en="The setup file comes from the desk's page of loudspeakers; the schedule is kept without a network.",
    ),
    Command(
        "manage",
        "运行 Django 的管理命令",
        "run a management command of Django",
        run=CONFIG + "runners:manage",
        add=_manage,
        django=True,
        database=True,
    ),
)

#: The order of ``zhijin --help``: what a person wants first stands first.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("运行", "Run", ("up", "down", "status", "doctor")),
    (
        "数据与剧本",
        "Data and programmes",
        ("import", "demo", "simulate", "speaker", "playbook", "assess"),
    ),
    (
        "维护",
        "Look after",
        (
            "backup",
            "restore",
            "account",
            "migrate",
            "verify",
            "signing",
            "ledger",
            "files",
            "retention",
            "bench",
        ),
    ),
    (
        "开发与部署",
        "Develop and deploy",
        ("messages", "serve", "worker", "gate", "ingest", "voice", "manage"),
    ),
)

ENVIRONMENT: tuple[tuple[str, str, str], ...] = (
    (
        "ZHIJIN_HOME",
        "数据、密钥和日志的目录（默认 .data）",
        "directory of data, keys and logs (default .data)",
    ),
    ("DATABASE_URL", "改用别的 PostgreSQL（16 或更新）", "use another PostgreSQL (16 or newer)"),
    ("DATABASE_OWNER_URL", "同一个库，表的所有者", "the same database as the owner of the tables"),
    ("ZHIJIN_LANG", "命令行的语言：zh 或 en", "language of the command line: zh or en"),
)
