"""Writes ``docs/reference/api.md`` from the API's own description: ``python -m zhijin.config.api_reference``."""

from __future__ import annotations

import os
from typing import Any

from zhijin.config.home import CHECKOUT

PAGE = CHECKOUT / "docs" / "reference" / "api.md"
HEAD = """\
# HTTP API

Made from the platform's own OpenAPI 3.1 document, which it serves at `/api/v1/openapi.json`;
change the operations, then run `.venv/bin/python -m zhijin.config.api_reference`.

"""


def page() -> str:
    """The whole reference as Markdown."""
    from zhijin.config.api import document

    found = document()
    parts = [HEAD, found["info"]["description"], "\n"]
    for tag in found["tags"]:
        parts.append(f"## {tag['name']}\n\n{tag['description']}\n\n")
        for path, methods in found["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    parts.append(_operation(path, method, operation))
    parts.append("## Schemas\n\n")
    for name, schema in sorted(found["components"]["schemas"].items()):
        parts.append(_schema(name, schema))
    return "".join(parts).rstrip() + "\n"


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    out = [f"### {method.upper()} {path}\n\n{operation['summary']}.\n\n"]
    if "description" in operation:
        out.append(operation["description"].strip() + "\n\n")
    names = {"key": "key", "session": "sign-in"}
    allowed = [names[name] for entry in operation["security"] for name in entry]
    out.append(f"Authorisation: {' or '.join(allowed) if allowed else 'none'}.\n\n")
    if operation["parameters"]:
        out.append("| parameter | in | required | what |\n|---|---|---|---|\n")
        out += [_parameter(one) for one in operation["parameters"]]
        out.append("\n")
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        out.append(f"Body ({kind}): {_type(content['schema'])}\n\n")
    out += [
        _response(status, one) for status, one in operation["responses"].items() if status < "400"
    ]
    refused = ", ".join(status for status in operation["responses"] if status >= "400")
    out.append(f"- refused with {refused}: Problem\n\n")
    return "".join(out)


def _parameter(one: dict[str, Any]) -> str:
    schema = one["schema"]
    what = " ".join(one.get("description", schema.get("description", "")).split())
    extras = []
    if "enum" in schema:
        extras.append("one of " + ", ".join(f"`{value}`" for value in schema["enum"]))
    if schema.get("default") not in (None, ""):
        extras.append(f"default `{schema['default']}`")
    words = "; ".join(part for part in (what, *extras) if part).replace("|", "\\|")
    return f"| `{one['name']}` | {one['in']} | {'yes' if one['required'] else 'no'} | {words} |\n"


def _response(status: str, one: dict[str, Any]) -> str:
    kinds = [
        f"{_type(content.get('schema', {}))}" + ("" if kind == "application/json" else f" ({kind})")
        for kind, content in one.get("content", {}).items()
    ]
    return f"- {status}: {', '.join(kinds) or one['description']}\n"


def _type(schema: dict[str, Any]) -> str:
    """A schema in one word or two."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[key]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "object" and "properties" in schema:
        return ", ".join(f"`{n}` {_type(one)}" for n, one in schema["properties"].items())
    kind = str(schema.get("type", "anything"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _schema(name: str, schema: dict[str, Any]) -> str:
    out = [f"### {name}\n\n", schema.get("description", "").strip() + "\n\n"]
    required = set(schema.get("required", []))
    out.append("| field | type | required | what |\n|---|---|---|---|\n")
    for field, one in schema.get("properties", {}).items():
        what = " ".join(one.get("description", "").split()).replace("|", "\\|")
        kind = _type(one).replace("|", "\\|")
        out.append(f"| `{field}` | {kind} | {'yes' if field in required else 'no'} | {what} |\n")
    return "".join(out) + "\n"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings_test")
    import django

    django.setup()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
