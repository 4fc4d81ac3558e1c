"""Boolean terms that fold what is certain before Z3 sees it: most of a proof is answered by never being asked."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import z3
from z3 import z3core

Term: TypeAlias = bool | z3.BoolRef
"""What is known to be so or not so while a proof is being written, or what Z3 is to find out."""


_CONTEXT = z3.main_ctx()


def _joined(make: Callable[..., z3.Ast], parts: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """As `z3.And` and `z3.Or` do it, without looking at the sort of every part again: a third of a proof's time."""
    asts = (z3.Ast * len(parts))(*[part.as_ast() for part in parts])
    return z3.BoolRef(make(_CONTEXT.ref(), len(parts), asts), _CONTEXT)


def both(parts: Iterable[Term]) -> Term:
    """All of these."""
    return _folded(parts, False, z3core.Z3_mk_and)


def either(parts: Iterable[Term]) -> Term:
    """At least one of these."""
    return _folded(parts, True, z3core.Z3_mk_or)


def _folded(parts: Iterable[Term], decides: bool, make: Callable[..., z3.Ast]) -> Term:
    """One part that `decides` is enough; one that is certain and does not decide says nothing."""
    kept: list[z3.BoolRef] = []
    for part in parts:
        if part is decides:
            return decides
        if not isinstance(part, bool):
            kept.append(part)
    if not kept:
        return not decides
    return kept[0] if len(kept) == 1 else _joined(make, kept)


def never(part: Term) -> Term:
    """Not this."""
    if isinstance(part, bool):
        return not part
    return z3.BoolRef(z3core.Z3_mk_not(_CONTEXT.ref(), part.as_ast()), _CONTEXT)


def same(one: Term, other: Term) -> bool:
    """Whether these are the very same term, which Z3 keeps once."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one.eq(other))


def at_least(parts: Iterable[Term], bound: int) -> Term:
    """So many of these, or more."""
    kept: list[z3.BoolRef] = []
    for part in parts:
        if part is True:
            bound -= 1
        elif part is not False:
            kept.append(part)
    if bound <= 0:
        return True
    if bound > len(kept):
        return False
    if bound == 1:
        return either(kept)
    return z3.AtLeast(*kept, bound)


Units = tuple[Term, ...]
"""A number: so many of these are true, the first ones first."""


def plus(one: Units, other: Units) -> Units:
    """The sum. Written out, not left to Z3: two sums that differ in one part then share all the rest."""
    return tuple(
        either(
            both((one[here - 1] if here else True, other[unit - here - 1] if unit > here else True))
            for here in range(unit + 1)
            if here <= len(one) and unit - here <= len(other)
        )
        for unit in range(1, len(one) + len(other) + 1)
    )
