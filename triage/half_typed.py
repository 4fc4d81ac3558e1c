"""S19: what is saved while it is still being typed. A code that was half typed is no less a secret, and a number is one
only once its words say so: what stands in older entries of the field is cut out of them then.
"""

from collections.abc import Collection

from sqlmodel import Session, col, select

from hub import kept_apart
from hub.door_codes import MARK, Code
from hub.kept_apart import Apart
from records.model import Call
from triage.model import Entry


def settle(session: Session, call: Call, fresh: Collection[str]) -> None:
    """Before what was typed is put where it belongs: an entry that came twice brings no code a second time, and each
    other takes the place of what its field said before."""
    waiting = kept_apart.waiting()
    if waiting is None:
        return
    waiting.heard[:] = [heard for heard in waiting.heard if heard.entry in fresh]
    for heard in waiting.heard:
        _cut_older(session, call, heard)
        heard.source = f"call:{call.key}:{heard.source}"


def _cut_older(session: Session, call: Call, heard: Apart) -> None:
    older = select(Entry).where(
        Entry.call_id == call.key, col(Entry.field) == heard.source, Entry.id != heard.entry
    )
    for entry in session.exec(older.order_by(col(Entry.n).desc()).limit(200)):
        words = entry.value
        for code in heard.codes:
            words = _without(words, code)
        if words != entry.value:
            entry.value = words
            session.add(entry)


def _without(words: str, code: Code) -> str:
    """Without the code, or as much of it as had been typed: where it begins now, or alone in the field."""
    if len(words) > 1 and code.said.startswith(words):
        return MARK
    words = words.replace(code.said, MARK) if len(code.said) > 2 else words
    if not words.startswith(code.before):
        return words
    rest = words[len(code.before) :]
    begun = next((n for n in range(len(code.said), 0, -1) if rest.startswith(code.said[:n])), 0)
    return code.before + MARK + rest[begun:] if begun else words
