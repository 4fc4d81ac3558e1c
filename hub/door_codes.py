"""S19: the codes of key safes and doors in what people type and text, found by the words around them. Pure.

In doubt near such words it is a code: one cut too many is still shown to whoever goes there; one cut too few is read by
everybody. What is plainly something else (a telephone, a postcode, a house, an age, a dose, a time) stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MARK = "[code kept apart]"
"""What stands in a code's place, wherever the words are kept."""
FAR = 60
"""Letters after "key safe" within which three digits or more are taken for its code."""
MOST_DIGITS = 9
"""More are a telephone or an NHS number, however they are spaced."""

_SAFE = (
    r"key[\s-]*(?:sa[fv]e|box|pad|code|lock)s?|\bk[\s./]*safe|\bk/?s|lock[\s-]*box(?:es)?"
    r"|(?:combi(?:nation)?|pad)[\s-]*lock"
)
_DOOR = r"door|gate|entry|entrance|access|building|communal|lobby|porch|garage|lift|alarm|buzzer|intercom|safe|box|lock"
_THE = r"(?:the|a|her|his|their|my|our)\s+"
_KEY = (
    rf"\b(?:{_SAFE}|(?:{_DOOR})[\s-]+(?:code|pin|combination|number\s+is)s?|door[\s-]+entry|intercom|pass[\s-]?codes?"
    rf"|safe\s+(?:number|no)|{_THE}(?:\w+\s+)?safe|keys?\s+(?:\w+\s+)?in\s+(?:{_THE})?(?:safe|box)"
    rf"|(?:codes?|numbers?)\s+(?:for|to|on|of|at)\s+(?:{_THE})?(?:\w+\s+){{0,2}}(?:{_DOOR}|flat|house|bungalow))\b"
)
_GAP = r"[\s:=,;.()\"'’“”\-–—]*"
_SAYS = (
    r"codes?|no|nos|numbers?|num|nr|pin|combination|combo|is|are|was|s|its|it|set|reads|says|the|her|his|their|now|"
    r"still|changed|new|to|ends|starts|with|in|think|i|use|press|type|enter|dial"
)
_FILL = rf"(?:{_GAP}\b(?:{_SAYS})\b){{0,8}}{_GAP}"

_DIGITS = (
    r"(?<![A-Za-z0-9])[#*]?(?:"
    r"(?-i:[A-Z] )?[0-9](?:[ .,/\-–]{1,2}[0-9]){1,9}(?-i: [A-Z])?(?![A-Za-z0-9])"  # 4 5 9 2
    r"|[0-9]{2}(?:[ .,/:\-–]{1,2}[0-9]{2}){1,3}(?![A-Za-z0-9])"  # 12-34
    r"|[0-9]{3}[ -][0-9]{3}(?![A-Za-z0-9])"
    r"|[A-Za-z] [0-9]{3,6} [A-Za-z](?![A-Za-z0-9])"  # C 1479 Y
    r"|[A-Za-z]{0,2}[0-9]+(?:[A-Za-z]{1,2}[0-9]+)*[A-Za-z]{0,2}(?![A-Za-z0-9])"  # 1234, C1479Y
    r")(?:[#*]+|\s+(?:hash|star)\b)?"
)
_NUMBER = (
    r"(?:zero|oh|nought|nil|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|"
    r"eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|double|treble|triple|hash|star)"
)
_WORDS = rf"\b(?:{_NUMBER}|[0-9]{{1,4}})(?:[\s,\-]+(?:and\s+|then\s+)?(?:{_NUMBER}|[0-9]{{1,4}}|o))+\b"
_EITHER = rf"(?P<words>{_WORDS})|(?P<digits>{_DIGITS})"


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NEAR = _re(r"safe|save|key|code|pin\b|combi|lock|press|punch|type|tap\b|intercom|entry|door|gate|k/?s\b")
_HAS_NUMBER = _re(rf"[0-9]|\b{_NUMBER}\b")
_KEYS = _re(_KEY)
_VALUE = _re(_EITHER)
_STRAIGHT_AFTER = _re(rf"{_KEY}{_FILL}(?:{_EITHER})")
_LEADS_TO = _re(
    rf"{_GAP}(?:\b(?:is|was|for|opens|on|to|into|in|gets|you|works|the|her|his|their|a|our|my|that|thats|as|s)\b"
    rf"{_GAP}){{0,5}}"
    rf"(?:{_KEY}|\b(?:code|pin)\b)|\s+(?:opens|for)\s+(?:{_THE})?(?:\w+\s+)?(?:door|gate)\b"
)
_GLUED = _re(rf"\b(?:{_SAFE}|code)(?P<digits>[0-9][A-Za-z0-9]*)(?P<words>(?!))?")
_ANY_CODE = _re(
    r"(?P<other>\b(?:post|area|diall?ing|country|zip|ring|sort|bar|qr|case|offer|reply|ref|reference|icd|snomed|read|"
    r"error|colour|dress|tax|diagnosis)[\s-]+)?"
    rf"\b(?:codes?|pin|combination|combo)(?:\s+(?:for|to|of)\s+(?:the\s+)?\w+(?:\s+in)?)?{_FILL}(?:{_EITHER})"
)
_PRESSED = _re(rf"\b(?:press|punch|tap|type|key)(?:\s+in)?\s+(?:{_EITHER})")

_STREET = (
    r"road|rd|street|st|avenue|ave|lane|ln|close|cl|drive|dr|crescent|cres|court|ct|gardens?|gdns|grove|place|terrace|"
    r"way|walk|hill|green|square|sq|mews|row|view|park|house|rise|bank|mount|parade|crest|fold|garth|chase|villas?|"
    r"cottages?|estate|buildings?|towers?|lodge|mansions?"
)
_SMALL_WORDS = (
    r"by|the|is|at|on|in|for|and|to|near|under|behind|left|right|next|of|from|then|or|with|opens|gets"
)
_UNITS = (
    r"mg|ml|mcg|grams?|kg|g|units?|tablets?|puffs?|mmol|litres?|cms?|mm|m|metres?|meters?|ft|feet|foot|steps?|stairs?|"
    r"stones?|miles?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|yrs?|yo|times|people|carers?|dogs?|cats?|"
    r"nurses?|floors?|doors?|degrees|bpm|beats|percent|pounds"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_NEVER = _re(
    r"(?<![0-9])(?:\+[0-9]{1,3}|0[1-9])(?:[ ()\-]{0,2}[0-9]){8,10}(?![0-9])"  # a telephone
    r"|(?<![0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9])"  # an NHS number
    r"|\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b"  # a postcode
    r"|\b[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-](?:19|20)[0-9]{2}\b"  # a date
    rf"|\b[0-9]{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b(?:\s+[0-9]{{4}}\b)?|\b[0-9]{{1,4}}(?:st|nd|rd|th)\b"
    r"|\b[0-9]{1,2}(?:[:.][0-9]{2})?\s*(?:am|pm|o'?clock)\b"  # a time
    rf"|\b[0-9]{{1,3}}(?:\.[0-9]+)?[\s-]*(?:{_UNITS})\b|\b[0-9]{{1,4}}\s?(?:mg|ml|mcg|kg)\b|[0-9]{{1,5}}\s*[%°]"
    r"|£\s*[0-9.,]+"
    rf"|\b[0-9]{{1,3}}[a-z]?,?\s+(?:(?!(?:{_SMALL_WORDS})\b)[a-z][a-z'’.\-]*\s+){{0,3}}(?:{_STREET})\b"  # a house
    r"|\b(?:flat|apartment|apt|unit|room|ward|bay|bed|suite|plot|block|floor|level|bungalow|house)\s*"
    r"(?:no\.?|number)?\s*[a-z]?[0-9]{1,4}[a-z]?\b"
    r"|\b(?:aged?|(?:she|he|they|mum|dad|nan|gran|wife|husband)(?:['’]s|\s+is|\s+are)?)\s+[0-9]{2,3}\b"
    r"|\b(?:bp|pulse|sats|spo2|temp|temperature|hr|rr|resps?|news2?|bm|gcs|weighs)\s*(?:is|of|was|:)?\s*"
    r"[0-9]+(?:[./][0-9]+)?\b"
    r"|\bfp\s+[0-9][0-9A-Z]+\b"  # a reference of ours
)
_NOT_FROM_AFAR = _re(
    r"\b[0-9]{1,2}[:.][0-9]{2}\b|\b[0-9]{4}\s*(?:hrs?|hours)\b"
    r"|\b[0-9]{2,3}\s*(?:/|over)\s*[0-9]{2,3}\b|\b[0-9]{1,2}/[0-9]{1,2}\b"
    r"|\b(?:in|since|born|from|fitted|year|of|about)\s+(?:19|20)[0-9]{2}\b"
    r"|\b(?:no|number|nr|nos|numbers)\.?\s*[0-9]{1,3}[a-z]?\b|\b[A-Z]{1,2}[0-9]{1,2}\b"
    r"|\b(?:999|111|112|101)\b|\b(?:ref|reference|case|ring|bus)\s+(?:code\s+|no\.?\s+)?[0-9][0-9A-Z]*\b"
)


@dataclass(frozen=True)
class Code:
    """A code that was cut out: `nth` of its text, counting those that were cut out before; `before` it the words that
    are kept."""

    said: str
    nth: int
    before: str


@dataclass(frozen=True)
class Cut:
    """`words` are fit to be kept; `had_marks`: some of its codes had been cut out already."""

    words: str
    codes: tuple[Code, ...] = ()
    had_marks: bool = False


def cut(text: str, *, is_way_in: bool = False) -> Cut:
    """The text without its codes. `is_way_in`: it stands in the field that asks how to get in, which says by itself
    what four digits are."""
    if not _HAS_NUMBER.search(text) or not (is_way_in or _NEAR.search(text)):
        return Cut(text)
    spans = _merged(sorted(_spans(text, is_way_in)))
    if not spans:
        return Cut(text)
    words, codes, done, nth = "", [], 0, 0
    for start, end in spans:
        words += text[done:start]
        nth = words.count(MARK)
        codes.append(Code(text[start:end], nth, words))
        words, done = words + MARK, end
    return Cut(words + text[done:], tuple(codes), MARK in text)


def _spans(text: str, is_way_in: bool) -> Iterator[tuple[int, int]]:
    plain = _blank(text.replace(MARK, "\x00" * len(MARK)), _NEVER)
    for straight in (_STRAIGHT_AFTER, _GLUED):
        for found in straight.finditer(plain):
            yield from _value(found, 1, 2)
    for found in _ANY_CODE.finditer(plain):
        if not found["other"]:
            yield from _value(found, 3, 2)
    far = _blank(plain, _NOT_FROM_AFAR)
    for found in _PRESSED.finditer(far):
        yield from _value(found, 4, 3)
    keys = [key.end() for key in _KEYS.finditer(far)]
    least = 3 if _VALUE.fullmatch(far.strip()) else 4
    for found in _VALUE.finditer(far):
        after_key = any(end <= found.start() <= end + FAR for end in keys)
        if after_key or _LEADS_TO.match(far, found.end()):
            yield from _value(found, 3, 3)
        elif is_way_in:
            yield from _value(found, least, 3)


def _value(found: re.Match[str], digits: int, words: int) -> Iterator[tuple[int, int]]:
    """What was found, if it is long enough for where it stands, and no longer than a code can be."""
    group = "words" if found["words"] else "digits"
    said = found[group]
    if group == "words" and re.search("[a-z]", said, re.IGNORECASE):
        long = words <= len(re.findall(r"[a-z]{2,}|[0-9]+", said, re.IGNORECASE)) <= MOST_DIGITS
    else:
        long = digits <= len(re.findall("[0-9]", said)) <= MOST_DIGITS
    if long:
        yield found.span(group)


def _blank(text: str, what: re.Pattern[str]) -> str:
    return what.sub(lambda found: "\x00" * len(found[0]), text)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
