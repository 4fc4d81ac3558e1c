"""Reads a place's house file and checks that it agrees with itself."""

from typing import Any

from protocols.durations import minutes
from protocols.faults import meant
from protocols.first_minute_file import parse_first_minute
from protocols.house import AfterDeath, Service
from protocols.model import House, HouseQuestion, PositionKind, Priority, Sign
from protocols.schema import check_shape
from protocols.source import Path, Source, read_source, sha256_of
from protocols.welfare_file import parse_welfare_calls


def parse_house(text: str, name: str) -> House:
    """The house of a place from its text; ProtocolError with every fault, named after `name`."""
    source = read_source(text, name)
    check_shape(source, "house")
    source.stop_if_faulty()
    data: Any = source.data
    priorities = _priorities(source, data["priorities"])
    known = [priority.id for priority in priorities]
    _known_priorities(source, data, known)
    signs = {sign: _sign(sign, said) for sign, said in data["signs"].items()}
    for sign in data["every_protocol_asks"]:
        if sign not in signs:
            where = ("every_protocol_asks", data["every_protocol_asks"].index(sign))
            source.fault(where, f'there is no sign "{sign}"{meant(sign, list(signs))}')
    plausible = {key: (float(low), float(high)) for key, (low, high) in data.get("plausible", {}).items()}
    for key, (low, high) in plausible.items():
        if low >= high:
            source.fault(("plausible", key), "the first number must be the lower one; turn them round")
    questions = {key: _question(source, key, said) for key, said in data.get("questions", {}).items()}
    first_minute = parse_first_minute(source, data.get("first_minute", ()), signs, questions, priorities)
    welfare_calls = parse_welfare_calls(source, data.get("welfare_calls"), known)
    source.stop_if_faulty()
    return House(
        priorities=priorities,
        clinician=data["clinician"],
        unknown_limit=data["unknown_limit"],
        exception_never_below=data["exception_never_below"],
        every_protocol_asks=tuple(data["every_protocol_asks"]),
        plausible=plausible,
        signs=signs,
        questions=questions,
        visits=tuple(data["visits"]),
        positions={key: _position(key, said) for key, said in data.get("positions", {}).items()},
        needs=dict(data.get("needs", {})),
        order=tuple(data.get("order", ())),
        local=dict(data.get("local", {})),
        text=text,
        sha256=sha256_of(text),
        services={key: _service(key, said) for key, said in data.get("services", {}).items()},
        may_hold=tuple(data.get("may_hold", ())),
        safety_net=lines(data.get("safety_net")),
        deaths=_after_death(data.get("after_death", {})),
        first_minute=first_minute,
        welfare_calls=welfare_calls,
        record_says={
            question: {answer: lines(words) for answer, words in said.items()}
            for question, said in data.get("record_says", {}).items()
        },
    )


def lines(value: str | list[str] | None) -> tuple[str, ...]:
    """One line or a list of lines, as the schema allows either."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _priorities(source: Source, data: list[Any]) -> tuple[Priority, ...]:
    found: list[Priority] = []
    for rank, said in enumerate(data):
        entry = {"id": said} if isinstance(said, str) else said
        priority_id = entry["id"]
        title = entry.get("title", priority_id.replace("_", " "))
        target = minutes(entry["target"]) if "target" in entry else None
        if any(priority_id == other.id for other in found):
            source.fault(("priorities", rank), f'"{priority_id}" is listed twice; keep the more urgent one')
        label = entry.get("label", title.upper()[:20])
        found.append(Priority(priority_id, rank, title, label, target))
        earlier = [other.target_min for other in found[:-1] if other.target_min is not None]
        if target is not None and earlier and target < max(earlier):
            source.fault(
                ("priorities", rank, "target"), "a shorter target than one above; put the more urgent first"
            )
    return tuple(found)


def _known_priorities(source: Source, data: Any, known: list[str]) -> None:
    named: list[tuple[Path, str]] = [
        (("clinician",), data["clinician"]),
        (("exception_never_below",), data["exception_never_below"]),
    ]
    named += [(("visits", place), word) for place, word in enumerate(data["visits"])]
    named += [(("may_hold", place), word) for place, word in enumerate(data.get("may_hold", ()))]
    for sign, said in data["signs"].items():
        named.append((("signs", sign, "floor"), said["floor"]))
        dying = said.get("when_expected_dying")
        if dying:
            named.append((("signs", sign, "when_expected_dying", "floor"), dying["floor"]))
            if len(set(dying["signed"])) < 2:
                where = ("signs", sign, "when_expected_dying", "signed")
                source.fault(where, "two different people must sign; add the second name")
    for path, word in named:
        if word not in known:
            source.fault(path, f'there is no priority "{word}"{meant(word, known)}')


def _sign(sign: str, said: Any) -> Sign:
    dying = said.get("when_expected_dying")
    return Sign(
        id=sign,
        floor=said["floor"],
        life_threat=said["life_threat"] == "yes",
        title=said.get("title", sign.replace("_", " ")),
        words=lines(said.get("words")),
        when_expected_dying=dying["floor"] if dying else None,
    )


def _question(source: Source, key: str, said: Any) -> HouseQuestion:
    worse = said.get("worse")
    band = tuple(worse["outside"]) if isinstance(worse, dict) else None
    if said["kind"] == "choice" and "answers" not in said:
        source.fault(("questions", key), 'a choice needs "answers", from best to worst; add them')
    answers = ("yes", "no") if said["kind"] == "yes_no" else tuple(said.get("answers", ()))
    return HouseQuestion(
        id=key,
        kind=said["kind"],
        answers=answers,
        worse="outside" if band else worse,
        band=(float(band[0]), float(band[1])) if band else None,
        unit=said.get("unit"),
        ask=said.get("ask"),
        say=said.get("say"),
        why=said.get("why"),
    )


def _position(key: str, said: Any) -> PositionKind:
    return PositionKind(
        id=key,
        title=said["title"],
        skills=tuple(said.get("skills", ())),
        stops_clock=said["stops_clock"] == "yes",
        offered=said.get("offered", "yes") == "yes",
        equipment=tuple(said.get("equipment", ())),
    )


def _service(key: str, said: Any) -> Service:
    return Service(key, said["title"], minutes(said["confirm"]))


def _after_death(said: Any) -> AfterDeath:
    return AfterDeath(*(lines(said.get(when)) for when in ("always", "expected", "not_expected")))
