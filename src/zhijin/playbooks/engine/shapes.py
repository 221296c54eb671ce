"""Walks the models by a path in the file: which keys may stand there, and what they are for."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from zhijin.playbooks.engine.model import Playbook

Path = tuple[str | int, ...]


def keys_at(path: Path, root: type[BaseModel] = Playbook) -> list[str]:
    """The keys that may stand in the part at ``path``; empty where any name may."""
    model = _model_at(path, root)
    return [] if model is None else [name for name, _ in fields_of(model)]


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Each field under the name that the file uses."""
    for name, info in model.model_fields.items():
        yield info.alias or name, info


def described(path: Path, root: type[BaseModel] = Playbook) -> tuple[str, str]:
    """What the key at ``path`` is for, in Chinese and English."""
    model = _model_at(path[:-1], root)
    info = dict(fields_of(model)).get(str(path[-1])) if model is not None else None
    return both(info.description if info is not None else "")


def both(description: str | None) -> tuple[str, str]:
    """A description “中文。English.” taken apart."""
    zh, _, en = (description or "").partition("。")
    return (zh + "。" if zh else "", en)


@lru_cache(maxsize=1024)
def _model_at(path: Path, root: type[BaseModel]) -> type[BaseModel] | None:
    kinds: list[Any] = [root]
    for part in path:
        kinds = [inner for kind in kinds for inner in _step(kind, part)]
    return next((kind for kind in kinds if _is_model(kind)), None)


def _step(kind: Any, part: str | int) -> list[Any]:
    if _is_model(kind):
        info = dict(fields_of(kind)).get(str(part))
        return [] if info is None else _unwrapped(info.annotation)
    origin, args = get_origin(kind), get_args(kind)
    if origin is list and isinstance(part, int):
        return _unwrapped(args[0])
    if origin is dict:
        return _unwrapped(args[1])
    return []


def _unwrapped(annotation: Any) -> list[Any]:
    """The types inside ``Annotated`` and unions, None left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return [inner for arg in get_args(annotation) for inner in _unwrapped(arg)]
    return [] if annotation is type(None) else [annotation]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
