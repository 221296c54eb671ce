"""``zhijin doctor``: looks at an installation from the ground up and says how to mend what is wrong.
Every check stands alone, so that one fault does not hide the next."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from zhijin.config import broker, certificates, database
from zhijin.config.home import CHECKOUT, PACKAGE, Home, say
from zhijin.config.pguser import find_binaries, run_as
from zhijin.config.ports import LOOPBACK, is_free
from zhijin.config.up import status

Level = Literal["ok", "note", "problem"]
OLDEST_PYTHON = (3, 11)
FREE_BYTES_NEEDED = 2 * 1024**3
CLOCK_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """What one check says. ``mend`` is empty unless something is wrong."""

    check: str
    level: Level
    says: str
    mend: str = ""


Check = Callable[[Home], Iterator[Finding]]


def run(args: argparse.Namespace) -> int:
    """Exit code 1 when any check found a problem."""
    findings = examine(Home())
    if args.json:
        print(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            sign = {"ok": "✓", "note": "·", "problem": "✗"}[finding.level]
            print(f"{sign} {finding.check}: {finding.says}")
            if finding.mend:
                print(f"    → {finding.mend}")
    return 1 if any(f.level == "problem" for f in findings) else 0


def examine(home: Home) -> list[Finding]:
    """Run every check. A check that itself fails is a problem, not a crash."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += check(home)
        except Exception as error:  # noqa: BLE001
            name = check.__name__.removeprefix("check_")
            findings.append(_problem(name, f"{type(error).__name__}: {error}", _report()))
    return findings


def _ok(check: str, says: str) -> Finding:
    return Finding(check, "ok", says)


def _problem(check: str, says: str, mend: str) -> Finding:
    return Finding(check, "problem", says, mend)


def _report() -> str:
    return say("把这段输出告诉维护者。", "Tell the maintainers what this printed.")


def check_python(home: Home) -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield _problem(
            "python", version, say("安装 Python 3.11 或更新。", "Install Python 3.11 or newer.")
        )
    else:
        yield _ok("python", f"{version}, {sys.executable}")


def check_packages(home: Home) -> Iterator[Finding]:
    result = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    if result.returncode:
        yield _problem("packages", result.stdout.strip(), "make setup")
    else:
        yield _ok("packages", say("都装好了，互相匹配", "installed and consistent"))


def check_disk(home: Home) -> Iterator[Finding]:
    there = next(p for p in (home.root, *home.root.parents) if p.exists())
    free = shutil.disk_usage(there).free
    says = f"{home.root}: {free / 1024**3:.1f} GB"
    if not os.access(there, os.W_OK):
        yield _problem(
            "disk",
            says,
            say(
                f"{there} 不可写；换一个 ZHIJIN_HOME。",
                f"{there} is not writable; set ZHIJIN_HOME to another directory.",
            ),
        )
    elif free < FREE_BYTES_NEEDED:
        yield _problem(
            "disk",
            says,
            say(
                "至少留 2 GB：清理磁盘，或把 ZHIJIN_HOME 放到别处。",
                "Keep 2 GB free: clean up, or move ZHIJIN_HOME elsewhere.",
            ),
        )
    else:
        yield _ok("disk", says)


def check_ports(home: Home) -> Iterator[Finding]:
    if status(home)["running"]:
        yield _ok("ports", say("正在使用", "in use by us"))
        return
    kept = home.remembered()
    for name in ("web_port", "events_port"):
        port = kept.get(name)
        if port and not is_free(port):
            yield Finding(
                "ports",
                "note",
                say(f"{port} 被别的程序占用", f"{port} is taken by another program"),
                say(
                    "下次启动会换一个；或停掉那个程序。",
                    "The next start takes another; or stop that program.",
                ),
            )
            return
    yield _ok("ports", f"{kept.get('web_port', 8000)} {say('空闲', 'free')} ({LOOPBACK})")


def check_database(home: Home) -> Iterator[Finding]:
    if database.external():
        major = database.check_server(os.environ["DATABASE_URL"])
        yield _ok("database", f"DATABASE_URL, PostgreSQL {major}")
        yield from _roles()
        return
    who = run_as()
    yield _ok("postgres", f"{find_binaries(who, home.root)} ({say('以', 'as')} {who.name})")
    own = database.cluster(home)
    if not own.exists:
        yield Finding("database", "note", say("还没有建立", "not made yet"), "zhijin up")
        return
    if not own.data.is_relative_to(home.root):
        yield Finding(
            "database", "note",
            say(f"数据在 {own.data}", f"the data lie in {own.data}"),
            say(
                f"{home.root} 对数据库账号 {who.name} 不可进入；备份时两处都要带上。",
                f"{home.root} cannot be entered by {who.name}, the account of the database; back up both.",
            ),
        )  # fmt: skip
    pid = own.pid()
    if pid and not own.answers():
        yield _problem(
            "database",
            say("进程在，但不应答", "the process is there but does not answer"),
            "zhijin down; zhijin up",
        )
    else:
        told = say(f"进程 {pid}", f"process {pid}") if pid else say("没有在运行", "not running")
        yield _ok("database", f"{told}, {say('端口', 'port')} {own.info.port}")


def _roles() -> Iterator[Finding]:
    """The application's role must be below row-level security and must not own the tables."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT current_user, rolsuper OR rolbypassrls,"
            " EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    name, above, owns = row or ("?", True, True)
    if above or owns:
        yield _problem(
            "roles",
            say(f"{name} 不受行级安全约束", f"{name} is above row-level security"),
            say(
                "让 DATABASE_URL 用一个普通角色，DATABASE_OWNER_URL 用表的所有者（见 docs/how-to/install.md）。",
                "Let DATABASE_URL use a plain role and DATABASE_OWNER_URL the owner (docs/how-to/install.md).",
            ),
        )
    else:
        yield _ok("roles", str(name))


def check_contents(home: Home) -> Iterator[Finding]:
    """Migrations and the chain of the journal; needs a database that runs."""
    own = database.cluster(home)
    if not database.external() and own.pid() is None:
        yield Finding(
            "contents",
            "note",
            say("数据库没有运行，没有检查", "not checked: the database does not run"),
            "zhijin up",
        )
        return
    with database.available(home):
        from zhijin.config.cli import load_django

        load_django()
        from zhijin.config.prepare import pending_migrations

        pending = pending_migrations()
        if pending:
            yield _problem("migrations", ", ".join(pending[:5]), "zhijin migrate")
        else:
            yield _ok("migrations", say("齐全", "complete"))
            yield _journal()
        yield from _clock()


def _journal() -> Finding:
    from zhijin.core.chain import verify
    from zhijin.core.commands import told

    verdict = verify()
    if verdict.whole:
        return _ok(
            "journal", say(f"{verdict.sealed} 条，链完整", f"{verdict.sealed} entries, unbroken")
        )
    return _problem(
        "journal",
        " ".join(told(verdict)),
        say(
            "链断了就保护现场，用备份核对（docs/how-to/operate.md）；未封就看后台任务的日志。",
            "If it is broken, preserve everything and compare with a backup"
            " (docs/how-to/operate.md); if unsealed, read the worker's log.",
        ),
    )


def _clock() -> Iterator[Finding]:
    """This machine's clock beside the database's: deadlines are computed from both."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        apart = abs(float(cursor.fetchone()[0]) - time.time())
    if apart > CLOCK_SECONDS:
        yield _problem(
            "clock",
            f"{apart:.0f} s",
            say(
                "两台机器的时钟差得太多：打开 NTP 对时。",
                "The clocks differ too much: switch NTP on.",
            ),
        )
    else:
        yield _ok("clock", f"{time.strftime('%Y-%m-%d %H:%M:%S %z')} (±{apart:.1f} s)")


def check_keys(home: Home) -> Iterator[Finding]:
    keys = home.root / "keys"
    if not keys.exists():
        yield Finding("keys", "note", say("第一次启动时生成", "made at the first start"))
        return
    loose = [p.name for p in keys.iterdir() if stat.S_IMODE(p.stat().st_mode) & 0o077]
    short = [p.name for p in keys.iterdir() if p.stat().st_size < 32]
    if loose:
        yield _problem("keys", ", ".join(loose), f"chmod 600 {keys}/*")
    elif short:
        yield _problem(
            "keys",
            ", ".join(short),
            say(
                "从备份恢复这些密钥；没有它们，加密的字段读不出来。",
                "Restore these keys from a backup; sealed fields cannot be read without them.",
            ),
        )
    else:
        yield _ok("keys", f"{len(list(keys.iterdir()))}, 0600")


def check_static(home: Home) -> Iterator[Finding]:
    if (CHECKOUT / "frontend").exists() and not (PACKAGE / "ui" / "static" / "build").exists():
        yield _problem(
            "pages",
            say("样式和脚本还没有构建", "styles and behaviours are not built"),
            "make bundle",
        )
    elif not (home.root / "static").exists():
        yield Finding("pages", "note", say("第一次启动时收集", "collected at the first start"))
    else:
        yield _ok("pages", str(home.root / "static"))
    if not any((PACKAGE / "locale").rglob("*.mo")):
        yield Finding(
            "messages",
            "note",
            say("英文界面还没有编译", "English is not compiled yet"),
            "zhijin messages compile",
        )


def check_broker(home: Home) -> Iterator[Finding]:
    """The program, the certificate of the devices' door, and whether it answers while we run."""
    if broker.program() is None:
        yield Finding(
            "broker", "note",
            say("没有 nats-server，设备接不进来", "no nats-server: devices cannot connect"),
            "make setup",
        )  # fmt: skip
        return
    kept = broker.info(home)
    if kept is None:
        yield Finding(
            "broker", "note", say("第一次启动时生成", "made at the first start"), "zhijin up"
        )
        return
    try:
        left = (certificates.ends_at(home.root / "keys" / "broker.pem") - datetime.now(UTC)).days
    except (OSError, ValueError):
        left = -1
    if left < 7:
        yield _problem(
            "broker",
            say(f"设备证书还有 {left} 天", f"the certificate for devices ends in {left} days"),
            say(
                "重启平台会换新：zhijin down；zhijin up",
                "A restart renews it: zhijin down; zhijin up",
            ),
        )
    elif status(home)["running"] and is_free(kept.mqtt_port):
        yield _problem(
            "broker",
            say(f"端口 {kept.mqtt_port} 没有应答", f"port {kept.mqtt_port} does not answer"),
            f"{home.logs / 'broker.log'}",
        )
    else:
        yield _ok("broker", f"MQTT {kept.mqtt_port}, TLS {left} d")


def check_fonts(home: Home) -> Iterator[Finding]:
    """Server-drawn documents need a Chinese font; pages use the reader's own."""
    lister = shutil.which("fc-list")
    found = ""
    if lister:
        result = subprocess.run(
            [lister, ":lang=zh", "family"], capture_output=True, text=True, check=False
        )
        found = result.stdout.strip().split("\n")[0]
    if found or sys.platform == "darwin" or not lister:
        yield _ok("fonts", found or sys.platform)
    else:
        yield Finding(
            "fonts", "note", say("没有中文字体", "no Chinese font"), "apt install fonts-noto-cjk"
        )


def check_processes(home: Home) -> Iterator[Finding]:
    told = status(home)
    if told["running"]:
        yield _ok("processes", f"{told['url']}, {told['processes']}")
    elif told["processes"]:
        yield _problem(
            "processes", say("有没人看管的进程", "processes nobody looks after"), "zhijin down"
        )
    else:
        yield Finding("processes", "note", say("没有在运行", "not running"), "zhijin up")


CHECKS: tuple[Check, ...] = (
    check_python, check_packages, check_disk, check_keys, check_ports, check_database, check_contents,
    check_static, check_broker, check_fonts, check_processes,
)  # fmt: skip
