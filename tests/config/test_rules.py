"""The rules that hold the source together: who may import whom, how long a file may be, one gate a view."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "src" / "zhijin"
FILE_LINES, TEST_LINES, FUNCTION_LINES = 400, 600, 40
LIBRARIES = {"core", "ui"}
#: Plain Python with a facade of its own.
ENGINE = "zhijin.playbooks.engine"
#: Pages that Django itself would serve; none of ours may lack a gate.
OPEN = {"health"}


def layers() -> dict[str, int]:
    """Room → height, from the contract in pyproject.toml."""
    tool = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = [
        floor.replace("(", "").replace(")", "").split(" | ")
        for floor in tool["contracts"][0]["layers"]
    ]
    return {room: len(floors) - height for height, floor in enumerate(floors) for room in floor}


def sources(folder: Path = PACKAGE) -> list[Path]:
    return sorted(p for p in folder.rglob("*.py") if "migrations" not in p.parts)


def every_source() -> list[Path]:
    return [p for name in ("src", "tests", "bench") for p in sources(CHECKOUT / name)]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module of ours that a file imports, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zhijin"):
            yield node.lineno, str(node.module)
            if str(node.module).count(".") == 1:
                yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, n.name) for n in node.names if n.name.startswith("zhijin"))


def test_rooms_are_used_through_their_api_only():
    wrong = []
    for path in sources():
        room = path.relative_to(PACKAGE).parts[0]
        for line, module in imports(path):
            _, other, *rest = [*module.split("."), ""]
            if other in {room, *LIBRARIES, ""} or room == "config":
                continue
            if rest[0] not in {"api", ""} and module != ENGINE:
                wrong.append(
                    f"{path.relative_to(CHECKOUT)}:{line}: use zhijin.{other}.api, not {module}"
                )
    assert wrong == []


def test_the_api_of_a_room_says_what_it_offers():
    without = [
        str(path.relative_to(CHECKOUT))
        for path in PACKAGE.glob("*/api.py")
        if "__all__" not in path.read_text(encoding="utf-8")
    ]
    assert without == []


def test_foreign_keys_point_down():
    height = layers()
    wrong = []
    for model in apps.get_models():
        room = model._meta.app_config.name.removeprefix("zhijin.").split(".")[0]
        if room not in height:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or isinstance(target, str):
                continue
            other = target._meta.app_config.name.removeprefix("zhijin.").split(".")[0]
            if other != room and height.get(other, -1) >= height[room]:
                wrong.append(f"{model.__name__}.{field.name} points up to {target.__name__}")
    assert wrong == []


def test_every_room_stands_on_a_floor():
    rooms = {p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()}
    assert rooms <= set(layers())


def test_files_and_functions_stay_short():
    wrong = []
    for path in every_source():
        text, name = path.read_text(encoding="utf-8"), path.relative_to(CHECKOUT)
        limit = TEST_LINES if "tests" in path.parts else FILE_LINES
        if text.count("\n") > limit:
            wrong.append(f"{name} is longer than {limit} lines: split it")
        if "tests" not in path.parts:
            wrong += [f"{name}: {what}" for what in _long_functions(text)]
    assert wrong == []


def _long_functions(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = first.end_lineno if documented and len(node.body) > 1 else node.lineno
            length = node.end_lineno - start + 1
            if length > FUNCTION_LINES:
                yield f"{node.name} has {length} lines: split it"


def test_a_long_function_is_found():
    def function(lines: int, first: str = "") -> str:
        return f"def f():\n{first}" + "    pass\n" * (lines - 1)

    told = '    """Says\n    much."""\n'
    assert list(_long_functions(function(FUNCTION_LINES))) == []
    assert list(_long_functions(function(FUNCTION_LINES, told))) == []
    assert list(_long_functions(function(FUNCTION_LINES + 1))) == [
        f"f has {FUNCTION_LINES + 1} lines: split it"
    ]


def test_a_module_says_what_it_is_for():
    without = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if text.strip() and not ast.get_docstring(ast.parse(text)):
            without.append(str(path.relative_to(PACKAGE)))
    assert without == []


def urls(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from urls(pattern, f"{prefix}{pattern.pattern}")
        else:
            yield f"{prefix}{pattern.pattern}", pattern


def _from_ninja(callback: object) -> bool:
    return getattr(callback, "__module__", "").startswith("ninja")


def test_every_view_has_a_gate():
    """A gate says who may enter, and opens the transaction in which only their places are seen."""
    without = [
        where
        for where, pattern in urls()
        if not hasattr(pattern.callback, "gate") and not _from_ninja(pattern.callback)
    ]
    assert without == []


def test_every_view_has_only_one_gate():
    twice = []
    for where, pattern in urls():
        found, view = 0, pattern.callback
        while view is not None:
            found += "gate" in vars(view) if hasattr(view, "__dict__") else 0
            view = getattr(view, "__wrapped__", None)
        # non_atomic_requests and wraps() hand the attribute outwards once.
        gates = {id(g) for g in _gates(pattern.callback)}
        if len(gates) > 1:
            twice.append(where)
    assert twice == []


def _gates(view: object) -> Iterator[object]:
    while view is not None:
        if "gate" in getattr(view, "__dict__", {}):
            yield view.gate
        view = getattr(view, "__wrapped__", None)


def test_every_operation_of_the_api_has_a_gate():
    from ninja import NinjaAPI

    wanting, seen = [], 0
    for api in _ninja_apis(NinjaAPI):
        for prefix, router in api._routers:
            for path, view in router.path_operations.items():
                for operation in view.operations:
                    seen += 1
                    if not list(_gates(operation.view_func)):
                        wanting.append(f"{'/'.join(operation.methods)} {prefix}{path}")
    assert wanting == []
    if any(PACKAGE.glob("*/rest.py")):
        assert seen


def _ninja_apis(kind: type) -> list:
    import gc

    list(urls())
    gc.unfreeze()  # what a process that stays has put aside is not listed
    return [found for found in gc.get_objects() if isinstance(found, kind)]


INLINE = re.compile(r"""<script(?![^>]*\bsrc=)[^>]*>\s*\S|\sstyle=["']|\son[a-z]+=["']""")


def test_templates_have_no_inline_code():
    """The content security policy would refuse it: use a behaviour or a class."""
    wrong = {}
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        found = INLINE.findall(path.read_text(encoding="utf-8"))
        if inline := [f for f in found if "application/json" not in f]:
            wrong[str(path.relative_to(PACKAGE))] = inline
    assert wrong == {}
