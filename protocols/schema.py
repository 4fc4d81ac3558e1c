"""Checks a file's shape against the published JSON Schema and says each fault in plain words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from protocols.faults import listed, meant
from protocols.source import Path as Where
from protocols.source import Source

FileKind = Literal["triage", "escalation", "house"]
KINDS: tuple[FileKind, ...] = ("house", "triage", "escalation")
_FIRST_WORDS: dict[str, FileKind] = {
    "escalation:": "escalation",
    "priorities:": "house",
    "protocol:": "triage",
}
SCHEMA_FOLDER = Path(__file__).parent / "schema"

_TYPES = {
    "object": "keys with values",
    "array": "a list in [ ]",
    "string": "words",
    "number": "a number",
    "integer": "a whole number",
}


def kind_of(text: str) -> FileKind:
    """By its own keys; a text with none of them is taken for a triage protocol, and refused as one."""
    for line in text.splitlines():
        for word, kind in _FIRST_WORDS.items():
            if line.startswith(word):
                return kind
    return "triage"


def _words_only(
    _validator: object, words: list[str], instance: object, _schema: object
) -> Iterator[ValidationError]:
    """`enum_words`: an enum for values that may also be an object; other tools ignore the keyword."""
    if isinstance(instance, str) and instance not in words:
        yield ValidationError(f"{instance!r} is not one of {words!r}")


def published(kind: FileKind) -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of this kind of file."""
    text = (SCHEMA_FOLDER / f"{kind}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


_Validator = extend(Draft202012Validator, {"enum_words": _words_only})  # type: ignore[no-untyped-call]
_VALIDATORS = {kind: _Validator(published(kind)) for kind in KINDS}


def check_shape(source: Source, kind: FileKind) -> None:
    """Note every fault of shape in `source.faults`."""
    for error in _VALIDATORS[kind].iter_errors(source.data):
        _note(source, error)


def _note(source: Source, error: ValidationError) -> None:
    path: Where = tuple(error.absolute_path)
    value: Any = error.instance
    wanted: Any = error.validator_value
    schema = error.schema if isinstance(error.schema, dict) else {}
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            for key in value:
                if key not in known:
                    source.fault((*path, key), f'unknown key "{key}"{meant(key, known)}', at_key=True)
        case "required":
            for key in wanted:
                if key not in value:
                    near = [other for other in value if other not in schema.get("properties", value)]
                    hint = meant(key, near).replace("did you mean", "is it") if near else ""
                    source.fault(path, f'the key "{key}" is missing{hint or "; add it here"}')
        case "enum" | "enum_words":
            source.fault(path, f'"{value}" is not {listed(wanted)}{_near(value, wanted)}')
        case "type":
            source.fault(path, _wrong_type(value, wanted, schema.get("description", "")))
        case "pattern":
            source.fault(
                path,
                f'"{value}" is not {schema["description"]}{_pattern_hint(str(value), schema["description"])}',
            )
        case "oneOf":
            source.fault(path, "a step has exactly one of offer, alert, call and hand_over; split it in two")
        case "minProperties" | "maxProperties":
            source.fault(
                path, f"exactly one key belongs here, found {_found(value)}; wrap several in all or any"
            )
        case "minItems" | "minLength":
            source.fault(path, f"too few: at least {wanted} needed, found {len(value)}; add what is missing")
        case "maxItems" | "maxLength":
            source.fault(path, f"too many: at most {wanted} allowed, found {len(value)}; shorten it")
        case _:
            source.fault(path, f"{error.message}; correct the value")


def _wrong_type(value: object, wanted: str | list[str], description: str) -> str:
    types = [wanted] if isinstance(wanted, str) else wanted
    kinds = listed(dict.fromkeys(_TYPES[name] for name in types))
    if isinstance(value, str | int | float) and "array" in types:
        return f"expected {kinds}, found {_found(value)}; did you mean [{value}]?"
    if isinstance(value, int | float) and "a time" in description:
        return f'expected {description}, found {_found(value)}; did you mean "{value} min"?'
    return f"expected {description if 'string' in types and description else kinds}, found {_found(value)}; correct it"


def _near(value: object, wanted: list[str]) -> str:
    hint = meant(str(value), wanted)
    return hint if "did you mean" in hint else "; write one of these"


def _pattern_hint(value: str, description: str) -> str:
    if value.isdigit() and "with its unit" in description:
        return f'; did you mean "{value} min"?'
    small = value.strip().lower().replace(" ", "_")
    return f'; did you mean "{small}"?' if small != value and small.isascii() else "; write it so"


def _found(value: object) -> str:
    if isinstance(value, dict):
        return f"keys ({listed(list(value)[:5], 'and')})" if value else "nothing"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f'"{value}"'
