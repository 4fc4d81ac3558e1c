"""Three small sound protocols in a house of their own, and how a text is edited for a test."""

from protocols.loader import parse_house, parse_triage
from protocols.model import TriageProtocol

HOUSE_TEXT = """\
priorities: [now, ring, hour, day, words]
clinician: ring
unknown_limit: 3
exception_never_below: hour
every_protocol_asks: [breath]
plausible: {resp: [1, 80], spo2: [50, 100], systolic: [40, 300], pulse: [20, 250], temp: [25, 45]}
signs:
  breath: {floor: now, life_threat: yes, title: Not breathing as usual, words: [Push hard and fast.]}
  bleeding: {floor: now, life_threat: yes, title: Bleeding, words: [Press hard.]}
  ill: {floor: now, life_threat: no, title: Very ill}
visits: [hour, day]
positions:
  nurse: {title: Nurse, stops_clock: yes}
  lifter: {title: Lifter, stops_clock: no}
  caller: {title: Clinician on the telephone, stops_clock: no, offered: no}
"""
HOUSE = parse_house(HOUSE_TEXT, "house.yaml")

LEG = """\
protocol: leg
version: 1.0.0
status: draft
title: A sore leg
review_by: 2030-01-01
for:
  - {if: {adult: yes}, else: rings, go_to: the children's line}
questions:
  - {id: breath, ask: "Breathing as usual?", kind: yes_no, worse: no}
  - {id: blood, ask: "Bleeding?", kind: choice, answers: [dry, drips, pours], worse: last}
  - {id: adult, ask: "18 or over?", kind: yes_no, worse: neither, because: only whom it is for}
  - {id: swollen, ask: "Swollen?", kind: yes_no, worse: yes}
  - {id: hot, ask: "Hot to touch?", kind: yes_no, worse: yes, ask_if: {swollen: yes}}
  - {id: thinner, ask: "On a blood thinner?", kind: yes_no, worse: yes, record: yes}
  - {id: lasts, ask: "For how many hours?", kind: number, unit: h, range: [0, 240], worse: higher}
  - {id: walks, ask: "How many steps?", kind: number, unit: steps, range: [0, 100], worse: lower, record: yes}
  - {id: room, ask: "How warm is the room?", kind: number, unit: C, range: [0, 40], worse: {outside: [16, 27]}}
  - {id: side, ask: "Side?", kind: choice, answers: [left, right], worse: neither, because: name, for_information: yes}
red_flags:
  - {flag: breath, if: {breath: no}, sign: breath}
  - {flag: pours, if: {blood: pours}, sign: bleeding}
  - {flag: clot, title: A clot, if: {all: [{swollen: yes}, {hot: yes}]}, floor: hour}
dispositions:
  - id: ambulance
    priority: now
    response: ambulance
    ends_call: yes
    when:
      - {rule: breath, if: {breath: no}}
      - {rule: pours, if: {blood: pours}}
  - id: rings
    priority: ring
    response: a clinician rings back
    positions: [caller]
    when: [{rule: drips, if: {all: [{blood: {at_least: drips}}, {thinner: yes}]}}]
  - id: visit
    priority: hour
    response: a nurse comes
    positions: [nurse]
    when:
      - {rule: clot, if: {all: [{swollen: yes}, {hot: yes}]}}
      - {rule: lasts, if: {lasts: {at_least: 48 h}}}
  - id: later
    priority: day
    response: a nurse comes today
    positions: [nurse]
    when:
      - {rule: slow, if: {walks: {at_most: 10 steps}}}
      - {rule: room, if: {any: [{room: {at_most: 12 C}}, {room: {at_least: 30 C}}]}}
  - {id: rest, priority: words, response: words, otherwise: yes}
unknowns: {limit: 3, to: rings}
dropped_call: {to: rings, who: handler, within: 5 min}
"""

TIRED = """\
protocol: tired
version: 1.0.0
status: draft
title: Tired
review_by: 2030-01-01
scores: [{score: weak, counts: [eats_less, sleeps, falls]}]
questions:
  - {id: breath, ask: "Breathing as usual?", kind: yes_no, worse: no}
  - {id: eats_less, ask: "Eating less?", kind: yes_no, worse: yes}
  - {id: sleeps, ask: "Sleeping well?", kind: yes_no, worse: no}
  - {id: falls, ask: "Fallen this week?", kind: yes_no, worse: yes}
  - {id: head, ask: "Hit the head?", kind: yes_no, worse: yes, ask_if: {falls: yes}}
  - {id: sick, ask: "Sick since then?", kind: yes_no, worse: yes, ask_if: {head: yes}}
  - {id: thinner, ask: "On a blood thinner?", kind: yes_no, worse: yes, ask_if: {head: yes}, record: yes}
  - {id: alone, ask: "Who is there?", kind: choice, answers: [family, carer, nobody], worse: last}
  - {id: where, ask: "Where?", kind: choice, answers: [house, care_home], worse: neither, because: both are somewhere}
red_flags:
  - {flag: breath, if: {breath: no}, sign: breath}
  - {flag: head, title: A head injury, if: {all: [{falls: yes}, {head: yes}, {sick: yes}]}, floor: now}
  - {flag: thin, title: Thin blood, if: {all: [{falls: yes}, {head: yes}, {thinner: yes}]}, floor: now}
dispositions:
  - id: ambulance
    priority: now
    response: ambulance
    when:
      - {rule: breath, if: {breath: no}}
      - {rule: head, if: {sick: yes}}
      - {rule: thin, if: {known: {thinner: yes}}}
  - id: rings
    priority: ring
    response: a clinician rings back
    positions: [caller]
    when: [{rule: thin, if: {thinner: yes}}]
  - id: visit
    priority: hour
    response: a nurse comes
    positions: [nurse]
    when:
      - {rule: weak, if: {weak: {at_least: 2}}}
      - {rule: hit, if: {head: yes}}
  - id: later
    priority: day
    response: somebody comes today
    positions: [nurse]
    when: [{rule: alone, if: {all: [{where: house}, {alone: {at_least: carer}}]}}]
  - {id: rest, priority: words, response: words, otherwise: yes}
exceptions:
  - exception: thin
    allows: unknown
    about: thinner
    if: {unknown: thinner}
    never_below: ring
    because: a clinician looks at the record
    calls_back: {who: caller, within: 20 min}
    signed: [A. One, B. Two]
unknowns: {limit: 3, to: rings}
dropped_call: {to: rings, who: handler, within: 5 min}
"""

ILL = """\
protocol: ill
version: 1.0.0
status: draft
title: Unwell, with observations
review_by: 2030-01-01
for:
  - {if: {adult: yes}, else: rings, go_to: the children's line}
scores: [news2]
questions:
  - {id: breath, ask: "Breathing as usual?", kind: yes_no, worse: no}
  - {id: adult, ask: "16 or over, and not pregnant?", kind: yes_no, worse: neither, because: only whom it is for}
  - {id: resp, ask: "Breaths?", kind: observation}
  - {id: spo2_scale, ask: "Which scale?", kind: observation}
  - {id: spo2, ask: "Saturation?", kind: observation}
  - {id: oxygen, ask: "On oxygen?", kind: observation}
  - {id: systolic, ask: "Blood pressure?", kind: observation}
  - {id: pulse, ask: "Pulse?", kind: observation}
  - {id: consciousness, ask: "How awake?", kind: observation}
  - {id: temp, ask: "Temperature?", kind: observation}
red_flags:
  - {flag: breath, if: {breath: no}, sign: breath}
  - {flag: ill, if: {news2: {at_least: 7}}, sign: ill}
  - {flag: one, title: One of them very far off, if: {news2: {any_single: 3}}, floor: hour}
dispositions:
  - id: ambulance
    priority: now
    response: ambulance
    when:
      - {rule: breath, if: {breath: no}}
      - {rule: ill, if: {known: {news2: {at_least: 7}}}}
  - id: rings
    priority: ring
    response: a clinician rings back
    positions: [caller]
    when: [{rule: unsure, if: {news2: {at_least: 7}}}]
  - id: visit
    priority: hour
    response: a nurse comes
    positions: [nurse]
    when:
      - {rule: fairly, if: {news2: {at_least: 5}}}
      - {rule: one, if: {news2: {any_single: 3}}}
  - {id: rest, priority: words, response: words, otherwise: yes}
exceptions:
  - exception: not_taken
    allows: unknown
    about: news2
    if: {unknown: news2}
    never_below: ring
    because: over the telephone nobody takes a blood pressure
    calls_back: {who: caller, within: 20 min}
    signed: [A. One, B. Two]
unknowns: {limit: 3, to: rings}
dropped_call: {to: rings, who: handler, within: 5 min}
"""
TEXTS = {"leg": LEG, "tired": TIRED, "ill": ILL}


def edited(text: str, *edits: tuple[str, str]) -> str:
    """The text with the first place of each old piece replaced; a piece that is not there is a fault of the test."""
    for old, new in edits:
        assert old in text, f"the table is out of step with the text: {old}"
        text = text.replace(old, new, 1)
    return text


def read(text: str) -> TriageProtocol:
    return parse_triage(text, "small.yaml", HOUSE)
