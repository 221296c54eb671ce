"""The small shapes that the whole format shares: texts, ids, lists of one, and strict parts."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from zhijin.playbooks.engine.findings import is_english

T = TypeVar("T")


class Part(BaseModel):
    """A part of a playbook: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, strict=True, allow_inf_nan=False
    )


class Text(Part):
    """一段文字的中英文。A text in Chinese and English."""

    zh: Annotated[str, StringConstraints(min_length=1, max_length=400)] = Field(
        description="中文。Chinese."
    )
    en: str = Field(default="", max_length=400, description="英文。English.")

    def in_(self, lang: str = "zh") -> str:
        """The text in ``lang``; Chinese where there is no English."""
        return (self.en or self.zh) if is_english(lang) else self.zh


def _text(value: Any) -> Any:
    return {"zh": value} if isinstance(value, str) else value


def listed(value: Any) -> Any:
    """A single thing stands for a list of one."""
    return value if isinstance(value, list) else [value]


def exactly_one(part: BaseModel, *names: str) -> None:
    """Raise the ``one_of`` error unless exactly one of ``names`` is given."""
    given = [name for name in names if getattr(part, name) is not None]
    if len(given) != 1:
        raise PydanticCustomError("one_of", "exactly one", {"allowed": list(names)})


Title = Annotated[Text, BeforeValidator(_text, json_schema_input_type=Text | str)]


class OneOrMany:
    """Marks a list of which a single thing may stand by itself."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(listed, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        found = handler(schema)
        return {"anyOf": [found.get("items", {}), found]}


Listed = Annotated[list[T], OneOrMany()]

#: The name of a programme or board: letters, digits, hyphens.
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
#: The name of a state, field, step …: underscores too.
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
#: A reference to one of these; whether it exists is checked with the meaning.
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400)]

FieldType = Literal[
    "text", "longtext", "number", "money", "choice", "choices", "date", "time", "datetime",
    "boolean", "point", "place", "photo", "file", "phone", "id_number", "person",
    "organisation", "rating",
]  # fmt: skip
