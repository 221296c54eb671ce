"""``zhijin playbook``: the engine's commands, and ``publish``, which needs the database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zhijin.playbooks.engine import commands as engine


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``playbook`` with all its commands; each sets ``run``."""
    commands = engine.add_parser(subparsers)
    publish = commands.add_parser(
        "publish",
        help="put a playbook into force on this platform",
        description="Put FILE and the scenarios beside it into force for a county, prefecture or "
        "province, as the\nplatform's operator. Refused while there is an error, a scenario that "
        "fails, or a step that no\nscenario takes. Open cases stay on their revision.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    publish.add_argument("file", type=Path, metavar="FILE")
    publish.add_argument(
        "--place", required=True, metavar="CODE", help="division code, such as 530602"
    )
    publish.set_defaults(run=_publish, django=True, database=True)


def _publish(args: argparse.Namespace) -> int:
    from zhijin.core.actor import Actor
    from zhijin.core.errors import Refusal
    from zhijin.core.scope import scoped
    from zhijin.playbooks import services

    path = args.file / "playbook.yaml" if args.file.is_dir() else args.file
    beside = path.with_name("scenarios.yaml")
    try:
        source = path.read_text(encoding="utf-8")
        scenarios = beside.read_text(encoding="utf-8") if beside.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return engine.MISUSED
    actor = Actor.system("operator")
    try:
        with scoped(actor):
            draft = services.save_draft(
                actor=actor, source=source, scenarios=scenarios, place_code=args.place
            )
            row = services.publish(actor=actor, pk=draft.pk)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        print(f"zhijin playbook check {path}\nzhijin playbook test {path}", file=sys.stderr)
        return engine.WRONG
    print(f"✓ {row}  {row.place_code}  {row.digest[:12]}")
    return engine.OK
