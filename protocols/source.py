"""YAML 1.2 text into plain data that remembers its places.

A smaller YAML than YAML: `yes` and `no` are words, a key stands once, and anchors, aliases, tags, several
documents, and text that is too deep, long or large are faults, so that what a clinician reads is what the hub runs.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from protocols.faults import Fault, ProtocolError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000
MAX_SCALAR_CHARS = 4_000
MAX_NUMBER = 1_000_000_000

Data = dict[str, "Data"] | list["Data"] | str | int | float
Path = tuple[str | int, ...]

_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_NOTHING = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": "yes", "false": "no"}


@dataclass
class Source:
    """A file as data. `spots` and `keys` give the (line, column), from 1, of each value and of each key."""

    name: str
    text: str
    data: Data = ""
    spots: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path, message: str, *, at_key: bool = False) -> None:
        """Note a fault at the value (or key) of this path, or at the nearest place around it that is known."""
        places = self.keys if at_key else self.spots
        while path and path not in places:
            path, places = path[:-1], self.spots
        line, column = places.get(path, (1, 1))
        self.faults.append(Fault(self.name, line, column, message))

    def stop_if_faulty(self) -> None:
        """Raise ProtocolError if any fault was noted."""
        if self.faults:
            raise ProtocolError(self.faults)


def sha256_of(text: str) -> str:
    """By which a text is known: exactly as written, nothing made alike."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_source(text: str, name: str) -> Source:
    """Read YAML text; ProtocolError if it is not YAML or passes a limit. Other faults wait in `faults`."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ProtocolError([Fault(name, 1, 1, f"the file is larger than {MAX_BYTES // 1024} KiB; split it")])
    source = Source(name, text)
    try:
        _Builder(source).build()
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ProtocolError(
            [Fault(name, line, column, "a character that YAML does not allow; remove it")]
        ) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ProtocolError([Fault(name, line, column, _yaml_words(error, text))]) from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise ProtocolError([Fault(name, 1, 1, f"cannot be read as YAML: {error}")]) from error
    return source


def _yaml_words(error: MarkedYAMLError, text: str) -> str:
    problem = str(error.problem or error.context or "not YAML")
    mark = error.problem_mark
    if mark is not None and text[mark.index : mark.index + 1] == "?":
        return "a question mark that stands alone; put the text in quotation marks"
    if "tab character" in problem:
        return "a tab; indent with spaces"
    if "mapping values are not allowed" in problem:
        return 'a colon inside a text; put the text in quotation marks, as in ask: "Pain: now?"'
    return f"not YAML: {problem}; is a quotation mark, comma or bracket missing just before?"


class _Builder:
    """Builds `source.data` from the parser's events, with a bound on everything."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.nodes = 0
        # Only the events: what a plain word means is decided here, by YAML 1.2, and not by the library, by 1.1.
        self.events: Iterator[Event] = yaml.parse(source.text, Loader=yaml.CSafeLoader)

    def build(self) -> None:
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._stopped(event, "a second document (---); one file holds one protocol")
            elif isinstance(event, NodeEvent):
                self.source.data = self._node(event, ())
        if documents == 0:
            raise ProtocolError([Fault(self.source.name, 1, 1, "the file is empty")])

    def _node(self, event: Event, path: Path) -> Data:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._stopped(event, f"more than {MAX_NODES} values; split the file")
        if len(path) > MAX_DEPTH:
            raise self._stopped(event, f"nested more than {MAX_DEPTH} deep; write it flatter")
        self.source.spots[path] = _place(event)
        if isinstance(event, AliasEvent):
            raise self._stopped(event, f"an alias (*{event.anchor}); write the value out where it is used")
        if getattr(event, "anchor", None) is not None:
            raise self._stopped(event, "an anchor (&…); write the value out where it is used")
        if _tagged(event):
            raise self._stopped(event, "a tag (!…); write the plain value")
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        assert isinstance(event, ScalarEvent)
        return self._scalar(event, path)

    def _mapping(self, path: Path) -> Data:
        found: dict[str, Data] = {}
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            if not isinstance(event, ScalarEvent) or _tagged(event) or event.anchor is not None:
                raise self._stopped(event, "a key must be one plain word")
            key = str(event.value)
            here = (*path, key)
            if key in found:
                line = self.source.keys[here][0]
                place = _place(event)
                message = f'"{key}" is written twice (first on line {line}); keep one'
                self.source.faults.append(Fault(self.source.name, *place, message))
                self._node(next(self.events), (*path, f"{key} (again)"))
                continue
            self.source.keys[here] = _place(event)
            found[key] = self._node(next(self.events), here)
        return found

    def _sequence(self, path: Path) -> Data:
        found: list[Data] = []
        for event in self.events:
            if isinstance(event, CollectionEndEvent):
                break
            found.append(self._node(event, (*path, len(found))))
        return found

    def _scalar(self, event: ScalarEvent, path: Path) -> Data:
        value = str(event.value)
        if len(value) > MAX_SCALAR_CHARS:
            raise self._stopped(event, f"a text of more than {MAX_SCALAR_CHARS} characters; shorten it")
        if event.style:
            return value
        if value in _NOTHING:
            missing = "nothing is written here; write the value, or remove the key"
            self.source.fault(path, missing, at_key=value == "")
            return value
        if value.lower() in _TRUTH:
            self.source.fault(path, f'"{value}" is not a word here; did you mean "{_TRUTH[value.lower()]}"?')
            return _TRUTH[value.lower()]
        if not (_INT.fullmatch(value) or _FLOAT.fullmatch(value)):
            return value
        number = float(value) if "." in value else (int(value) if len(value) < 20 else math.inf)
        if abs(number) > MAX_NUMBER:
            self.source.fault(path, f"the number {value[:20]} is too large; at most {MAX_NUMBER}")
            return 0
        return number

    def _stopped(self, event: Event, message: str) -> ProtocolError:
        return ProtocolError([*self.source.faults, Fault(self.source.name, *_place(event), message)])


def _tagged(event: Event) -> bool:
    return getattr(event, "tag", None) is not None


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
