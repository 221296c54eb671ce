"""``zhijin playbook new | check | explain | test | simulate | diff | schema | picture`` on a terminal.

Exit codes: 0 all well, 1 something is wrong with the playbook, 2 the command was used wrongly.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from zhijin.core.workcal import TZ
from zhijin.playbooks.engine import other_kinds
from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.engine.diff import diff
from zhijin.playbooks.engine.explain import explain
from zhijin.playbooks.engine.findings import Finding, is_english
from zhijin.playbooks.engine.loading import Loaded, load_file
from zhijin.playbooks.engine.model import Playbook
from zhijin.playbooks.engine.picture import picture
from zhijin.playbooks.engine.sample import write_sample
from zhijin.playbooks.engine.scenarios import ScenarioReport, run_scenarios
from zhijin.playbooks.engine.simulate import Simulation, openings, simulate

OK, WRONG, MISUSED = 0, 1, 2

_ABOUT = """\
Work with playbooks: a whole programme — what is asked, who must act by when, what
follows — written in one readable file, playbooks/<id>/playbook.yaml, with the
stories that prove it beside it in scenarios.yaml.

A day with a playbook:

  zhijin playbook new river-patrol            start from a working sample
  zhijin playbook check playbooks/river-patrol
  zhijin playbook explain playbooks/river-patrol --lang en
  zhijin playbook test playbooks/river-patrol   every step must be covered
  zhijin playbook simulate playbooks/river-patrol --cases 500
  zhijin playbook diff OLD NEW                what would change for those at work

Wherever FILE stands, a folder that holds playbook.yaml will do.
"""


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_parser(subparsers: Commands) -> Commands:
    """Add ``playbook`` and its commands; each sets ``run``, called with the parsed arguments.

    Returns what further commands may be added to.
    """
    parser = subparsers.add_parser(
        "playbook",
        help="write, check, test and simulate programmes",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return add_commands(parser)


def add_commands(parser: argparse.ArgumentParser) -> Commands:
    """Add the commands below ``parser``."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_writing(commands)
    _add_trying(commands)
    return commands


def _command(
    commands: Commands,
    name: str,
    handler: Callable[[argparse.Namespace], int],
    about: str,
    more: str = "",
) -> argparse.ArgumentParser:
    one = commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.\n\n{more}".strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.set_defaults(run=handler)
    one.add_argument(
        "--lang",
        default=_language(),
        choices=("zh", "en"),
        help="language of the answers (default: %(default)s)",
    )
    one.add_argument("--json", action="store_true", help="answer with one JSON value")
    return one


def _add_writing(commands: Commands) -> None:
    new = _command(commands, "new", _new, "make a folder with a working sample")
    new.add_argument("id", help="id of the programme, such as river-patrol")
    new.add_argument("--into", type=Path, default=Path("playbooks"), metavar="FOLDER",
                     help="where to make it (default: %(default)s)")  # fmt: skip
    check = _command(commands, "check", _check, "list everything that is wrong, all at once",
                     "Errors keep a playbook from being put into force; warnings do not.\n"
                     "Exit code 1 when there is an error (with --strict: or a warning).")  # fmt: skip
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--strict", action="store_true", help="count warnings as errors")
    for name, handler, about in (
        ("explain", _explain, "tell the playbook in sentences"),
        ("picture", _picture, "draw its states and steps as SVG"),
    ):
        _command(commands, name, handler, about).add_argument("file", type=Path, metavar="FILE")
    schema = _command(commands, "schema", _schema,
                      "print the JSON Schema of the format, for editors")  # fmt: skip
    schema.add_argument("--scenarios", action="store_true", help="that of scenarios.yaml instead")


def _add_trying(commands: Commands) -> None:
    test = _command(commands, "test", _test, "run the scenarios beside the playbook",
                    "Stories run on a virtual clock with the working calendar. A playbook can be\n"
                    "put into force only when they take every step.")  # fmt: skip
    test.add_argument("files", nargs="+", type=Path, metavar="FILE")
    play = _command(commands, "simulate", _simulate,
                    "play a year of cases and show what would be late")  # fmt: skip
    play.add_argument("file", type=Path, metavar="FILE")
    play.add_argument("--cases", type=int, default=300, help="how many (default: %(default)s)")
    play.add_argument("--from", dest="start", default="2026-01-01", metavar="DATE",
                      help="first day (default: %(default)s)")  # fmt: skip
    play.add_argument("--days", type=int, default=365, help="length (default: %(default)s)")
    play.add_argument("--seed", type=int, default=1, help="the dice (default: %(default)s)")
    two = _command(commands, "diff", _diff, "say what changes from one revision to another")
    two.add_argument("old", type=Path, metavar="OLD")
    two.add_argument("new", type=Path, metavar="NEW")


# -- commands -----------------------------------------------------------------------


def _new(args: argparse.Namespace) -> int:
    try:
        paths = write_sample(args.id, args.into)
    except (ValueError, FileExistsError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    if args.json:
        _json([str(path) for path in paths])
    else:
        for path in paths:
            print(path)
        print(_say(args, f"下一步：zhijin playbook check {paths[0].parent}",
                   f"Next: zhijin playbook check {paths[0].parent}"))  # fmt: skip
    return OK


def _check(args: argparse.Namespace) -> int:
    loaded = {path: other_kinds.told(path) or _load(path) for path in args.files}
    if any(item is None for item in loaded.values()):
        return MISUSED
    findings = [finding for item in loaded.values() if item for finding in item.findings]
    wrong = [f for f in findings if f.is_error or args.strict]
    if args.json:
        _json([finding.as_dict() for finding in findings])
    else:
        _show(findings, args.lang)
        errors = sum(f.is_error for f in findings)
        warnings = len(findings) - errors
        for line in filter(None, (other_kinds.line(item, args.lang) for item in loaded.values())):
            print(f"{_green('✓')} {line}")
        print(_say(args, f"{len(args.files)} 个文件，{errors} 个错误，{warnings} 个提醒",
                   f"{len(args.files)} file(s), {errors} error(s), {warnings} warning(s)"))  # fmt: skip
    return WRONG if wrong else OK


def _explain(args: argparse.Namespace) -> int:
    return _with_playbook(args, args.file, lambda book: _out(args, explain(book, args.lang)))


def _picture(args: argparse.Namespace) -> int:
    return _with_playbook(args, args.file, lambda book: _out(args, picture(book, args.lang)))


def _test(args: argparse.Namespace) -> int:
    code, answers = OK, []
    for path in args.files:
        loaded = _load(path)
        if loaded is None:
            return MISUSED
        if loaded.playbook is None:
            _show(loaded.errors, args.lang)
            code = WRONG
            continue
        report, source = _scenarios(loaded.playbook, path)
        code = code if report.ok else WRONG
        answers.append(_report_dict(loaded.playbook, report))
        if not args.json:
            _show_report(loaded.playbook, report, source, args)
    if args.json:
        _json(answers)
    return code


def _scenarios(playbook: Playbook, path: Path) -> tuple[ScenarioReport, Path]:
    source = _file(path).with_name("scenarios.yaml")
    text = source.read_bytes() if source.exists() else b""
    return run_scenarios(playbook, text, str(source)), source


def _simulate(args: argparse.Namespace) -> int:
    try:
        start = datetime.strptime(args.start, "%Y-%m-%d").replace(tzinfo=TZ)
    except ValueError:
        print(f"not a date: {args.start}", file=sys.stderr)
        return MISUSED

    def play(book: Playbook) -> int:
        drawn = openings(book, args.cases, start, args.days, args.seed)
        result = simulate(book, drawn, seed=args.seed)
        if args.json:
            _json(result.as_dict())
        else:
            _show_simulation(book, result, args)
        return OK

    return _with_playbook(args, args.file, play)


def _diff(args: argparse.Namespace) -> int:
    books = []
    for path in (args.old, args.new):
        loaded = _load(path)
        if loaded is None:
            return MISUSED
        if loaded.playbook is None:
            _show(loaded.errors, args.lang)
            return WRONG
        books.append(loaded.playbook)
    changes = diff(*books)
    if args.json:
        _json([{"kind": c.kind, "area": c.area, "subject": c.subject, "state": c.state,
                "zh": c.zh, "en": c.en} for c in changes])  # fmt: skip
    elif not changes:
        print(_say(args, "两个版本含义相同。", "Both mean the same."))
    else:
        for change in changes:
            sign = {"added": "+", "removed": "-", "changed": "~"}[change.kind]
            print(f"{sign} {change.words(args.lang)}")
    return OK


def _schema(args: argparse.Namespace) -> int:
    from zhijin.playbooks.engine.reference import schema

    _json(schema(scenarios=args.scenarios))
    return OK


# -- what they share ------------------------------------------------------------------


def _file(path: Path) -> Path:
    return path / "playbook.yaml" if path.is_dir() else path


def _load(path: Path) -> Loaded | None:
    try:
        return load_file(_file(path))
    except OSError as error:
        print(f"{error.strerror}: {_file(path)}", file=sys.stderr)
        return None


def _with_playbook(args: argparse.Namespace, path: Path, then: Callable[[Playbook], int]) -> int:
    loaded = _load(path)
    if loaded is None:
        return MISUSED
    if loaded.playbook is None:
        _show(loaded.errors, args.lang)
        return WRONG
    return then(loaded.playbook)


def _out(args: argparse.Namespace, text: str) -> int:
    if args.json:
        _json(text)
    else:
        print(text)
    return OK


def _show(findings: Iterable[Finding], lang: str, to: TextIO | None = None) -> None:
    for finding in findings:
        lines = finding.render(lang).split("\n")
        mark = _red if finding.is_error else _yellow
        lines[0] = lines[0].replace(f" {finding.severity} ", f" {mark(str(finding.severity))} ", 1)
        print("\n".join(lines), file=to or sys.stdout)
        print(file=to or sys.stdout)


def _show_report(
    book: Playbook, report: ScenarioReport, source: Path, args: argparse.Namespace
) -> None:
    _show(report.findings, args.lang)
    for result in report.results:
        sign = _green("✓") if result.ok else _red("✗")
        print(f"{sign} {result.name_en if is_english(args.lang) else result.name_zh}")
    total = len(report.covered) + len(report.uncovered)
    print(_say(
        args,
        f"{book.id}：{report.passed}/{len(report.results)} 个演练通过，走到 {len(report.covered)}/{total} 步",
        f"{book.id}: {report.passed}/{len(report.results)} stories came out, "
        f"{len(report.covered)}/{total} steps covered",
    ))  # fmt: skip


def _report_dict(book: Playbook, report: ScenarioReport) -> dict[str, Any]:
    return {
        "playbook": book.id,
        "digest": digest(book),
        "ok": report.ok,
        "passed": report.passed,
        "scenarios": len(report.results),
        "covered": report.covered,
        "uncovered": report.uncovered,
        "findings": [finding.as_dict() for finding in report.findings],
    }


def _show_simulation(book: Playbook, result: Simulation, args: argparse.Namespace) -> None:
    lang = args.lang
    print(_say(args,
               f"{result.cases} 件，办结 {result.closed}，有过逾期 {result.late_cases}，升级 {result.escalations} 次",
               f"{result.cases} cases, {result.closed} ended, {result.late_cases} were late at some "
               f"point, {result.escalations} escalations"))  # fmt: skip
    print(_say(args, f"全程：一半在 {_span(result.p50, lang)} 内，九成在 {_span(result.p90, lang)} 内",
               f"Whole life: half within {_span(result.p50, lang)}, "
               f"nine in ten within {_span(result.p90, lang)}"))  # fmt: skip
    for load in result.states:
        title = book.state_title(load.state, lang)
        print(f"  {load.state:<18} {load.stays:>6} {load.late:>6} "
              f"{_span(load.p50, lang):>10} {_span(load.p90, lang):>10}  {title}")  # fmt: skip
    for role in result.roles:
        print(_say(args, f"  {role.role:<20} 办 {role.steps} 次，被提醒 {role.told} 次，最忙一天 {role.busiest} 次",
                   f"  {role.role:<20} {role.steps} steps, told {role.told} times, "
                   f"{role.busiest} on the busiest day"))  # fmt: skip
    for year in result.provisional_years:
        print(_say(args, f"注意：{year} 年放假安排尚未公布，按推算。",
                   f"Note: the holidays of {year} are not announced yet; computed provisionally."))  # fmt: skip


def _span(minutes: int, lang: str) -> str:
    """Elapsed minutes in the largest fitting unit."""
    day, hour, minute = ("d", "h", "min") if is_english(lang) else ("天", "小时", "分钟")
    if minutes >= 1440:
        return f"{minutes / 1440:.1f} {day}"
    return f"{minutes / 60:.1f} {hour}" if minutes >= 60 else f"{minutes} {minute}"


def _json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    print()


def _say(args: argparse.Namespace, zh: str, en: str) -> str:
    return en if is_english(args.lang) else zh


def _language() -> str:
    named = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if named.startswith("zh") else "en"


def _coloured(code: str) -> Callable[[str], str]:
    def paint(text: str) -> str:
        plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR")
        return text if plain else f"\x1b[{code}m{text}\x1b[0m"

    return paint


_red, _yellow, _green = _coloured("31;1"), _coloured("33;1"), _coloured("32")


def main(argv: Sequence[str] | None = None) -> int:
    """The commands by themselves: ``python -m zhijin.playbooks.engine check …``."""
    parser = argparse.ArgumentParser(
        prog="zhijin playbook",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_commands(parser)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except BrokenPipeError:
        sys.stderr.close()
        return OK
