"""What another record has answered about a person, as it is kept until it is put on ours. Pure."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from records.people.fact_model import Confidence, Says


@dataclass(frozen=True)
class ReadFact:
    """As `Fact` has it. `key`: the resource and its number; `until`: when its source says that it ended; `over`: it
    has, and nobody says when; `in_error`: its source has taken it back."""

    key: str
    kind: str
    about: str
    says: str = Says.present.value
    value: str = ""
    words: str = ""
    confidence: str = Confidence.reported.value
    code: str | None = None
    author: str = ""
    dated: str = ""
    full_text: str = ""
    until: str = ""
    over: bool = False
    in_error: bool = False


@dataclass(frozen=True)
class ReadCarer:
    name: str
    relation: str = ""
    number: str = ""
    over: bool = False
    until: str = ""

    def is_over(self, now: datetime) -> bool:
        return self.over or (self.until != "" and datetime.fromisoformat(self.until) <= now)


@dataclass(frozen=True)
class Answered:
    """What one server says of one person. `whole`: kinds of which all was read, so that what is not there any more has
    ended; `unread`: kinds of which something could not be read."""

    facts: tuple[ReadFact, ...] = ()
    carers: tuple[ReadCarer, ...] = ()
    whole: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def as_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> "Answered":
        held = json.loads(text)
        return cls(
            tuple(ReadFact(**one) for one in held["facts"]),
            tuple(ReadCarer(**one) for one in held["carers"]),
            tuple(held["whole"]),
            tuple(held["unread"]),
        )


NOTHING = object()
"""It can be read, and is nothing that this hub shows."""
