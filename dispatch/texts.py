"""Every text that leaves the hub. Pure; GSM-7, 160 characters aimed for, and nothing confidential (S24).

What may stand in a text: reference or code, outward postcode, priority, due time, the coarse need from its closed
list, reply words, a link that asks for a log-in. What somebody texted is never quoted back.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

AIMED_FOR = 160
"""So many characters make one text; the link says the rest."""


def clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def by_when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A due time, with its day where that is not today."""
    local = at.astimezone(zone)
    return local.strftime("%H:%M" if local.date() == now.astimezone(zone).date() else "%a %H:%M")


def offer(
    code: str,
    label: str,
    need: str,
    outward: str,
    be_there_by: str,
    travel_min: int | None,
    title: str,
    link: str,
    *,
    together: bool = False,
    after: str = "",
) -> str:
    about = f" {travel_min} min away." if travel_min is not None else ""
    two = " Two go together." if together else ""
    behind = f" As your next, after {after}." if after else ""
    what = ", ".join(part for part in (f"{label} {need}".strip(), outward) if part)
    begins, ends = (
        f"FP {code}: {what}. Be there by {be_there_by}.",
        f"{behind} {title.capitalize()}.{two} Reply 1 yes 2 no. {link}",
    )
    fits = len(begins + about + ends) <= AIMED_FOR
    return begins + about + ends if fits else begins + ends


def yours(code: str, link: str) -> str:
    return (
        f"FP {code} is yours. Reply ENROUTE, ARRIVED, WITH (care begins), DONE. Details after log-in: {link}"
    )


def yours_by(code: str, by: str, link: str) -> str:
    """A coordinator has accepted their yes with a time, which is said back to them."""
    return f"FP {code} is yours, you said by {by}. Reply ENROUTE, ARRIVED, WITH (care begins), DONE. Details: {link}"


def yours_wait(code: str, link: str, by: str = "") -> str:
    """S22: two go together, and they are the first."""
    said = f", you said by {by}" if by else ""
    return f"FP {code} is yours{said}. Two go together: WAIT, we text you when the second is found. {link}"


def yours_next(code: str, after: str, link: str, by: str = "") -> str:
    """It waits until the visit they are on is over."""
    said = f", you said by {by}" if by else ""
    return (
        f"FP {code} is yours next{said}, after {after}: we text you then. BACK {code} gives it back. {link}"
    )


def yours_now(code: str) -> str:
    """The visit before it is over."""
    return f"FP {code} is yours now: reply ENROUTE when you set off, or BACK."


def next_again(code: str, after: str) -> str:
    """It was theirs to set off to, and the visit before it is not over after all."""
    return (
        f"FP {code} waits again: it is your next, after {after}. We text you then. BACK {code} gives it back."
    )


def worse(code: str, label: str, be_there_by: str, link: str) -> str:
    return f"FP {code} is more urgent now: {label}. Be there by {be_there_by}. {link}"


def already_taken(code: str) -> str:
    return f"FP {code}: already taken, thank you. Nothing to do."


def stood_down(code: str) -> str:
    return f"FP {code}: stood down, thank you. Nothing to do."


def withdrawn(code: str, instead_of: str) -> str:
    return f"FP {code}: withdrawn, as {instead_of} is yours. Nothing to do."


def could_not_read(code: str) -> str:
    which = f" {code}" if code else ""
    return f"FP{which}: we could not read that; a person will look. Reply 1 yes 2 no."


def could_not_read_on_visit(code: str) -> str:
    return (
        f"FP {code}: we could not read that; a person will look. Reply ENROUTE, ARRIVED, WITH, DONE or BACK."
    )


def which_one(codes: list[str]) -> str:
    example = codes[0] if codes else "4K7C"
    known = f" Yours: {', '.join(codes[:4])}." if codes else ""
    return f"FP: which one? Reply with its code, for example 1 {example}.{known}"


def nothing_open(public_number: str) -> str:
    return f"FP: nothing is open for this phone. If that is wrong, ring {public_number}."


def about_duty(said: str, at: str) -> str:
    """On, off, a break; the time keeps two of the same words apart."""
    return f"FP: {said}. ({at})"


def read_back(code: str) -> str:
    return f"FP: your code is {code}. Read it to the coordinator. If nobody asked you for it, ignore this."


def declined(code: str) -> str:
    return f"FP {code}: noted, thank you. Nothing to do."


def coordinator_decides(code: str) -> str:
    return f"FP {code}: noted; the coordinator decides. Nothing to do yet."


def not_needed_then(code: str) -> str:
    return f"FP {code}: not needed at that time, thank you. Nothing to do."


def too_late(code: str, why: str) -> str:
    return f"FP {code}: {why}. Nothing to do, thank you."


def noted(code: str, what: str, then: str) -> str:
    return f"FP {code}: {what}. {then}".strip()


def handed_back(code: str) -> str:
    return f"FP {code}: handed back, thank you. It goes to somebody else now."


def nudge(code: str, question: str, at: str) -> str:
    return f"FP {code}: {question} ({at})"


def all_well(code: str, at: str) -> str:
    return f"FP {code}: all well? Reply OK. ({at})"


def nobody_has_accepted(ref: str, minutes: int, label: str, outward: str, due: str, link: str) -> str:
    where = f", {outward}" if outward else ""
    return f"FP {ref}: nobody has accepted for {minutes} min. {label}{where}, due {due}. Please act: {link}"


def nobody_eligible(ref: str, title: str, label: str, outward: str, due: str, link: str) -> str:
    where = f", {outward}" if outward else ""
    return f"FP {ref}: no {title} can be asked just now. {label}{where}, due {due}. Please act: {link}"


def alarm_untaken(ref: str, minutes: int, link: str) -> str:
    about = f" {ref}" if ref else ""
    return f"FP{about}: an alarm on the board has not been taken for {minutes} min. Take it now: {link}"


def alarms_untaken(count: int, minutes: int, link: str) -> str:
    """All of them in one text: no case is named, the board says which."""
    some = f"{count} alarms have" if count > 1 else "1 alarm has"
    return f"FP board: {some} not been taken, for up to {minutes} min. Take them or see who does: {link}"


def alarm_said_aloud(ref: str, minutes: int) -> str:
    """As below, for an alarm that nobody has taken."""
    return (
        f"This is First Point. An alarm of case {' '.join(ref)} has not been taken for {minutes} minutes. "
        "Press 1 to take it. Then open the board."
    )


def said_aloud(ref: str, minutes: int, label: str) -> str:
    """Said by a voice twice over; the reference is spelt by the carrier's voice, so it stands in single letters."""
    spelt = " ".join(ref)
    return (
        f"This is First Point. Nobody has accepted case {spelt} for {minutes} minutes. It is a {label.lower()} case. "
        "Press 1 to take it. Then open the board."
    )


def offer_aloud(code: str, label: str, outward: str, be_there_by: str, title: str, after: str = "") -> str:
    """Said twice over by a voice, which reads single letters and digits one by one."""
    where = f" in {' '.join(outward)}" if outward else ""
    behind = f" As your next visit, after {' '.join(after)}." if after else ""
    return (
        f"This is First Point with an offer, {' '.join(code)}. {label.capitalize()}: {title.lower()} wanted{where}. "
        f"Be there by {be_there_by}.{behind} Press 1 to accept, 2 to decline."
    )


def read_back_aloud(code: str) -> str:
    """Digit by digit, and again for whoever had no pen."""
    said = f"The code is {', '.join(code)}."
    return f"This is First Point. {said} {said} Read it out to the control room, who will ask for it."


def all_well_aloud(ref: str, minutes: int) -> str:
    spelt = " ".join(ref)
    return (
        f"This is First Point. A responder at the scene of case {spelt} has not answered a safety check for "
        f"{minutes} minutes. Press 1 to take it. Then ring the responder, and open the board."
    )


def person_told(who: str, role: str, from_: str, to: str, public_number: str) -> str:
    """To the person or who rang for them; without times where nobody knows how far away the responder is."""
    when = f" between {from_} and {to}" if from_ and to else ""
    return (
        f"Urgent care team: {who}, {role}, is coming{when}. "
        f"If things get worse ring {public_number}, or 999 in an emergency."
    )


def person_told_new_time(who: str, from_: str, to: str, public_number: str) -> str:
    return (
        f"Urgent care team: a new time. {who} is coming between {from_} and {to}. "
        f"If things get worse ring {public_number}, or 999 in an emergency."
    )


def person_told_somebody_else(who: str, public_number: str) -> str:
    return (
        f"Urgent care team: {who} cannot come. We are finding somebody else. "
        f"If things get worse ring {public_number}, or 999 in an emergency."
    )


def person_told_not_coming(who: str, public_number: str) -> str:
    return (
        f"Urgent care team: {who} is not coming after all. "
        f"If you still need help ring {public_number}, or 999 in an emergency."
    )


STEP_NOTED = {
    "set_off": ("on your way", "Reply ARRIVED at the door, DELAY 20 if late."),
    "arrive": ("at the door", "Reply WITH when care begins, NOACCESS if nobody opens."),
    "begin_care": ("care has begun", "Reply DONE when you have left."),
    "finish": ("done, thank you", ""),
    "find_no_access": ("no access noted", "Ring, try neighbours, stay if safe. A person will ring you."),
}
"""What the hub answers to each step of a visit."""


def own_code(link: str, code: str) -> str:
    """Whoever reads it over a shoulder learns nothing (S17)."""
    return f"The link you asked for: {link} Your code: {code}. Good for 15 minutes. If you did not ask, do nothing."


def own_logged_in(at: str, public_number: str) -> str:
    return f"Somebody logged in to your page at {at}. If it was not you, ring us: {public_number}."


def own_opened(public_number: str) -> str:
    """Whoever agreed it may not have been them."""
    return (
        f"Your page can now be opened in a new way. If you did not agree to this, ring us: {public_number}."
    )


def own_answered(public_number: str) -> str:
    return f"There is an answer for you on your page. Questions? Ring us: {public_number}."
