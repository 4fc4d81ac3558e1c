"""Reads the TwiML that this network obeys into plain verbs, which can be kept as JSON between steps."""

from typing import Any
from xml.etree import ElementTree

MAX_TWIML = 64 * 1024
MAX_VERBS = 50
MAX_PAUSE_S = 4 * 3600
WAITING = {
    "Enqueue": "connected: waiting in the hub's line",
    "Dial": "connected: being put through",
    "Conference": "connected: in a conference",
}

Verb = dict[str, Any]


class BadTwiml(ValueError):
    """The document cannot be obeyed."""


def _root(document: str) -> ElementTree.Element:
    if len(document) > MAX_TWIML:
        raise BadTwiml("the TwiML is longer than 64 KiB")
    if "<!DOCTYPE" in document or "<!ENTITY" in document:  # the only way to an entity bomb
        raise BadTwiml("TwiML has no document type")
    try:
        root = ElementTree.fromstring(document.strip())  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadTwiml(f"not XML: {error}") from error
    if root.tag != "Response":
        raise BadTwiml("the root of TwiML is <Response>")
    return root


def _text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _number(text: str | None, default: float, most: float) -> float:
    try:
        return min(max(float(text or default), 0.0), most)
    except ValueError:
        return default


def replies(document: str) -> list[str]:
    """The texts of a messaging answer; an empty document is a polite silence."""
    if not document.strip().startswith("<"):
        return []
    texts = []
    for message in _root(document).findall("Message")[:10]:
        body = message.find("Body")
        texts.append(_text(message if body is None else body))
    return [text[:1600] for text in texts if text]


def verbs(document: str) -> list[Verb]:
    return [verb for child in list(_root(document))[:MAX_VERBS] for verb in _verb(child)]


def _verb(element: ElementTree.Element) -> list[Verb]:
    match element.tag:
        case "Say":
            times = int(_number(element.get("loop"), 1, 3)) or 1
            return [{"verb": "say", "text": _text(element)[:1600]}] * times
        case "Play":
            return [{"verb": "say", "text": "(a recording plays)"}]
        case "Pause":
            return [{"verb": "pause", "seconds": _number(element.get("length"), 1, MAX_PAUSE_S)}]
        case "Redirect":
            return [{"verb": "redirect", "url": _text(element)}]
        case "Hangup":
            return [{"verb": "hangup"}]
        case "Reject":
            return [{"verb": "reject"}]
        case "Gather":
            return [_gather(element)]
        case "Enqueue" | "Dial":
            return [{"verb": "wait", "doing": WAITING[str(element.tag)]}]
        case _:
            return []  # what this network cannot do is passed over, as a phone would never notice


def _gather(element: ElementTree.Element) -> Verb:
    return {
        "verb": "gather",
        "digits": int(_number(element.get("numDigits"), 0, 20)),
        "action": element.get("action", ""),
        "timeout": _number(element.get("timeout"), 5, 600),
        "finish": element.get("finishOnKey", "#"),
        "empty_too": element.get("actionOnEmptyResult", "").lower() == "true",
        "prompts": [verb for child in list(element)[:MAX_VERBS] for verb in _verb(child)],
        "pressed": "",
    }
