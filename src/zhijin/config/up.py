"""``zhijin up`` and its counterparts: the order in which everything starts and stops."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from zhijin.config import broker, database
from zhijin.config.home import PACKAGE, Home, say
from zhijin.config.ports import EPHEMERAL, LOOPBACK, NoPort, kept_port
from zhijin.config.postgres import PostgresError
from zhijin.config.prepare import fingerprint_of
from zhijin.config.supervisor import Service, Supervisor, end_strays, strays

WEB_PORTS = range(8000, 8100)
START_SECONDS = 60.0


class Refused(RuntimeError):
    """Zhijin cannot start; the text says why and what to do."""


@dataclass(frozen=True)
class Options:
    """What the operator chose on the command line."""

    host: str = LOOPBACK
    port: int | None = None
    demo: bool = True
    scale: str = "village"


@dataclass(frozen=True)
class Addresses:
    """Where the pages and the event stream are served, and where devices connect (0: nowhere)."""

    host: str
    web: int
    events: int
    mqtt: int = 0

    @property
    def url(self) -> str:
        shown = LOOPBACK if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{shown}:{self.web}"


def up(home: Home, options: Options) -> int:
    """Start everything, print the address, and keep it running until stopped. Returns the exit code."""
    began = time.monotonic()
    home.make()
    with _only_one(home):
        options = replace(options, demo=_demonstration(home, options.demo))
        end_strays(mark(home))
        # A port that is taken is told before anything else is started.
        with _kept_addresses(home, options) as addresses:
            urls = database.start(home)
            try:
                environment = _environment(home, options, addresses, urls)
                prepare(home, environment)
                return _supervise(home, options, addresses, environment, began)
            finally:
                home.running.unlink(missing_ok=True)
                if not database.external():
                    database.cluster(home).stop()


def down(home: Home, patience: float = 60.0) -> bool:
    """Stop a platform that runs elsewhere, or what a killed one left. True if there was anything."""
    told = home.read_running()
    supervisor = _process(told.get("pid"), told.get("created"))
    found = supervisor is not None
    if supervisor is not None:
        supervisor.terminate()
        deadline = time.monotonic() + patience
        # Not Process.wait(): a process that ended but was not collected by its parent would count as there.
        while _process(told.get("pid"), told.get("created")) and time.monotonic() < deadline:
            time.sleep(0.1)
        with contextlib.suppress(psutil.NoSuchProcess):
            supervisor.kill()
    found = end_strays(mark(home)) > 0 or found
    if not database.external():
        own = database.cluster(home)
        found = own.pid() is not None or found
        own.stop()
    home.running.unlink(missing_ok=True)
    return found


def status(home: Home) -> dict[str, object]:
    """What runs now, for ``zhijin status``."""
    told = home.read_running()
    supervisor = _process(told.get("pid"), told.get("created"))
    own = None if database.external() else database.cluster(home)
    return {
        "running": supervisor is not None,
        "url": told.get("url") if supervisor else None,
        "supervisor": supervisor.pid if supervisor else None,
        "processes": len(strays(mark(home))),
        "database": "external" if own is None else own.pid(),
        "home": str(home.root),
    }


def mark(home: Home) -> str:
    """What tells our processes from those of another installation on this machine."""
    return hashlib.sha256(str(home.root).encode()).hexdigest()[:16]


def prepare(home: Home, environment: dict[str, str]) -> None:
    """Migrations, static files, messages, playbooks and demonstration data; skipped when nothing changed."""
    wanted = fingerprint(environment)
    if home.remembered().get("prepared") == wanted:
        return
    command = [sys.executable, "-m", "zhijin.config.prepare"]
    result = subprocess.run(command, env={**os.environ, **environment}, check=False)
    if result.returncode:
        raise Refused(say("准备工作没有完成，见上面的说明。", "Preparing failed; see above."))
    home.remember(prepared=wanted)


def fingerprint(environment: dict[str, str]) -> str:
    """Changes whenever the database, the code's migrations or what is shipped changes."""
    digest = hashlib.sha256()
    for name in ("DATABASE_URL", "ZHIJIN_DEMO", "ZHIJIN_DEMO_SCALE"):
        digest.update(environment.get(name, "").encode() + b"\0")
    return digest.hexdigest() + fingerprint_of(_shipped())


def _shipped() -> Iterator[Path]:
    yield from PACKAGE.glob("*/migrations/*.py")
    yield from PACKAGE.glob("*/locale_en.toml")
    for folder in (
        *PACKAGE.glob("*/static"),
        PACKAGE / "shipped",
        PACKAGE.parent.parent / "playbooks",
    ):
        yield from folder.rglob("*")


@contextmanager
def _only_one(home: Home) -> Iterator[None]:
    """Hold the lock for as long as we run; the system frees it even after ``kill -9``."""
    with home.lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            told = home.read_running()
            where = told.get("url", home.root)
            raise Refused(
                say(
                    f"织锦已经在运行（{where}，进程 {told.get('pid', '?')}）。停止它：zhijin down",
                    f"Zhijin already runs ({where}, process {told.get('pid', '?')})."
                    " Stop it with: zhijin down",
                )
            ) from error
        yield


def _demonstration(home: Home, wanted: bool) -> bool:
    """What the first start decided holds for good: made-up people never join real ones."""
    kept = home.remembered().get("demo")
    if kept is None:
        home.remember(demo=wanted)
        return wanted
    if kept and not wanted:
        raise Refused(
            say(
                f"{home.root} 是演示。正式安装请用另一个目录：ZHIJIN_HOME=… zhijin up --no-demo",
                f"{home.root} is a demonstration. A real installation needs a directory of its own:"
                " ZHIJIN_HOME=... zhijin up --no-demo",
            )
        )
    return bool(kept)


@contextmanager
def _kept_addresses(home: Home, options: Options) -> Iterator[Addresses]:
    """The ports of last time when they are free; others otherwise, said aloud. Ours until the end."""
    last = home.remembered()
    wanted = options.port or last.get("web_port") or WEB_PORTS[0]
    among = () if options.port else WEB_PORTS
    with contextlib.ExitStack() as kept:
        try:
            web = kept.enter_context(kept_port(wanted, among, options.host))
            events = kept.enter_context(
                kept_port(last.get("events_port"), range(web + 1, EPHEMERAL), options.host)
            )
        except NoPort as error:
            raise Refused(
                say(
                    f"端口 {wanted} 不能用。换一个：zhijin up --port 8080",
                    f"Port {wanted} cannot be had. Choose another: zhijin up --port 8080",
                )
            ) from error
        if web != wanted:
            print(
                say(f"端口 {wanted} 被占用，改用 {web}。", f"Port {wanted} is taken; using {web}.")
            )
        home.remember(web_port=web, events_port=events)
        yield Addresses(options.host, web, events)


def _environment(
    home: Home, options: Options, addresses: Addresses, urls: dict[str, str]
) -> dict[str, str]:
    return {
        **urls,
        "DJANGO_SETTINGS_MODULE": "zhijin.config.settings",
        "ZHIJIN_HOME": str(home.root),
        "ZHIJIN_DEMO": "1" if options.demo else "",
        "ZHIJIN_DEMO_SCALE": options.scale,
        "ZHIJIN_ORIGIN": os.environ.get("ZHIJIN_ORIGIN", addresses.url),
        "ZHIJIN_EVENTS_PORT": str(addresses.events),
        "PYTHONUNBUFFERED": "1",
    }


def services(addresses: Addresses, bus: list[str] | None = None) -> list[Service]:
    """Everything that runs beside the database, in the order in which it is stopped.

    ``bus`` is the command of the broker, empty where others run it; without one (None) nothing that has
    to do with devices runs.
    """
    zhijin = [sys.executable, "-m", "zhijin.config.cli"]
    place = ["--host", addresses.host]
    devices = [
        # First nobody new is let in, then what came is taken in, then the broker goes.
        Service("gate", [*zhijin, "gate"], 5.0),
        Service("voice", [*zhijin, "voice"], 10.0),
        Service("ingest", [*zhijin, "ingest"], 15.0),
        *([Service("broker", bus, 15.0)] if bus else []),
    ]
    return [
        Service("web", [*zhijin, "serve", *place, "--port", str(addresses.web)]),
        Service(
            "events", [*zhijin, "serve", "--events", *place, "--port", str(addresses.events)], 3.0
        ),
        Service("worker", [*zhijin, "worker"], 20.0),
        *(devices if bus is not None else []),
    ]


def _supervise(
    home: Home, options: Options, addresses: Addresses, environment: dict[str, str], began: float
) -> int:
    bus: list[str] | None
    if os.environ.get("ZHIJIN_BROKER") == "external":
        # A cluster that others run: keys/broker.json says where it is, and is theirs to write.
        bus = [] if broker.info(home) else None
    else:
        bus = broker.prepare(home, addresses.host, (addresses.web, addresses.events))
    kept = broker.info(home) if bus else None
    addresses = replace(addresses, mqtt=kept.mqtt_port if kept else 0)
    supervisor = Supervisor(
        services(addresses, bus),
        mark=mark(home),
        environment=environment,
        logs=home.logs,
        watch=lambda: _look_after(home, supervisor, renewal),
        tell=lambda line: print(line, flush=True),
    )
    renewal = broker.Renewal(addresses.host) if kept else None
    supervisor.handle_signals()
    me = psutil.Process()
    told = {"pid": me.pid, "created": me.create_time(), "url": addresses.url}
    home.running.write_text(json.dumps(told))
    try:
        # The pages first: the others would make them wait for the processor.
        supervisor.start({"web"})
        if not _wait_for_web(supervisor, addresses):
            return 0 if supervisor.stopping else 1
        _announce(home, options, addresses, time.monotonic() - began)
        supervisor.run()
    finally:
        print(say("正在停止……", "Stopping ..."), flush=True)
        supervisor.stop()
    return 0


def _look_after(home: Home, supervisor: Supervisor, renewal: broker.Renewal | None) -> None:
    """The database once a second; our own broker's certificate twice a day."""
    _look_after_database(home, supervisor)
    if renewal is not None and renewal.due() and renewal.look(home):
        supervisor.hang_up("broker")
        print(say("设备接入证书已更新。", "The certificate for devices was renewed."), flush=True)


def _look_after_database(home: Home, supervisor: Supervisor) -> None:
    """Start our PostgreSQL again when its process is gone."""
    if database.external() or database.cluster(home).pid() is not None:
        return
    print(say("数据库停了，正在恢复。", "The database is gone; recovering."), flush=True)
    try:
        urls = database.start(home)
    except PostgresError as error:
        print(error, flush=True)
        return
    # Somebody else may have taken its port meanwhile: then it has another, which all must learn.
    supervisor.renew(urls)


def _wait_for_web(supervisor: Supervisor, addresses: Addresses) -> bool:
    deadline = time.monotonic() + START_SECONDS
    web = supervisor.services[0]
    while time.monotonic() < deadline and not supervisor.stopping:
        if not web.alive:
            break
        if _answers(f"{addresses.url}/healthz"):
            return True
        time.sleep(0.05)
    if not supervisor.stopping:
        print(say("网页服务没有启动：", "The web server did not start:"))
        print(_tail(web.log))
    return False


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return False


def _accounts(home: Home) -> list[str]:
    """The demonstration's accounts in the terminal's language; none before there are any."""
    told = home.remembered().get("demo_accounts")
    # An installation made before both languages were kept has a plain list.
    return list(told.get(say("zh", "en"), ()) if isinstance(told, dict) else told or ())


def _announce(home: Home, options: Options, addresses: Addresses, seconds: float) -> None:
    print()
    print(
        say(f"织锦已就绪：{addresses.url}", f"Zhijin is ready: {addresses.url}"),
        f"({seconds:.1f} s)",
    )
    accounts = _accounts(home)
    if options.demo and accounts:
        print(
            say(
                "这是演示数据，不是真实的人。演示账号：",
                "Demonstration data, no real people. Accounts:",
            )
        )
        for line in accounts:
            print("  " + line.replace("{site}", addresses.url))
    if addresses.mqtt:
        where = f"mqtts://{addresses.host}:{addresses.mqtt}"
        print(say(f"设备接入：{where}", f"Devices connect to: {where}"))
    print(say("按 Ctrl-C 停止。日志：", "Ctrl-C stops it. Logs:"), home.logs, flush=True)


def _tail(log: Path, lines: int = 30) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _process(pid: object, created: object) -> psutil.Process | None:
    """The process, if it is still the one that was recorded and not a later one with its number."""
    if not isinstance(pid, int) or not isinstance(created, float):
        return None
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) < 1
    except psutil.Error:
        return None
    return process if same and process.status() != psutil.STATUS_ZOMBIE else None
