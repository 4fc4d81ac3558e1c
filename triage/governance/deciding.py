"""What people do about a version: a word, an approval, a start, a withdrawal. Each act is kept for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from hub import audit
from hub.access import Role, User, require
from hub.errors import Conflict, NotAllowed, NotFound, Refused
from protocols.loader import Library
from triage.governance import proving, store
from triage.governance.model import Act, Did, Version
from triage.governance.running import texts_of
from triage.governance.standing import GRACE, Standing, State, is_overdue, standings

APPROVERS = (Role.governance, Role.hub_clinician)
MAY_WITHDRAW = (Role.governance, Role.hub_clinician, Role.manager)
READERS = (Role.governance, Role.hub_clinician, Role.manager, Role.coordinator)
LATEST_START = timedelta(days=366)


@dataclass(frozen=True)
class Deciding:
    """Somebody decides about one version, now, in this place."""

    session: Session
    library: Library
    version: Version
    now: datetime
    user: User
    training: bool

    def standing(self, but: tuple[Act, ...] = ()) -> list[Standing]:
        """Of all versions of this protocol; `but`: as if these acts were done too."""
        place, key = self.version.place, (self.version.kind, self.version.protocol)
        versions = [one for one in store.versions(self.session, place) if (one.kind, one.protocol) == key]
        acts = [*store.acts(self.session, place), *but]
        return standings(versions, acts, self.now, training=self.training)

    def own(self) -> Standing:
        return next(one for one in self.standing() if one.version.key == self.version.key)

    def against(self) -> str | None:
        """What runs now of this protocol, by sha256; None where nothing or this very text does."""
        runs = texts_of(self.library).get((self.version.kind, self.version.protocol))
        return runs.sha256 if runs is not None and runs.sha256 != self.version.sha256 else None


def find(session: Session, place: str, sha256: str) -> Version:
    """Raises `NotFound`."""
    version = store.version_of(session, place, sha256)
    if version is None:
        raise NotFound("There is no such version in this place.")
    return version


def comment(about: Deciding, words: str) -> None:
    require(about.user, *READERS)
    if not words.strip():
        raise Refused("Say something; it is kept with your name.")
    _keep(about, Did.commented, words)


def approve(about: Deciding, words: str, *, saw_changes: bool, saw_exceptions: bool) -> None:
    """One of two different people, neither its author, who has seen what becomes slower, and the exceptions."""
    require(about.user, *APPROVERS)
    standing, proof = about.own(), store.proof_of(about.session, about.version)
    if about.user.id == about.version.author_id:
        raise NotAllowed("You wrote this text. Two others approve it.")
    if any(act.by_id == about.user.id for act in standing.approvals):
        raise Conflict("You have approved it already. Somebody else must be the second.")
    if not proving.holds(proof, about.library):
        raise Refused("It is not proved with the house file in force. Have it proved first.")
    if proof is not None and proof.against != about.against():
        raise Refused(
            "Another version has come into force since the proof. Have it proved, and compared, anew."
        )
    if not (saw_changes and saw_exceptions):
        raise Refused("Say that you have seen the calls that become slower, and those of the exceptions.")
    _keep(about, Did.approved, words, against=about.against())


def start(about: Deciding, starts_at: datetime | None, words: str) -> None:
    """Put it in force, now or from a date. A training place may run drafts; a live one nothing that is unproved,
    unapproved, or overdue beyond its grace."""
    require(about.user, *APPROVERS)
    standing = about.own()
    if standing.state is State.in_force or standing.state is State.starts:
        raise Conflict("It is in force, or has a start date already.")
    if starts_at is not None and not about.now <= starts_at <= about.now + LATEST_START:
        raise Refused("Give a start that is to come, within a year; or none, for at once.")
    if not about.training:
        _may_go_live(about, standing)
    _keep(about, Did.started, words, starts_at=starts_at or about.now)


def _may_go_live(about: Deciding, standing: Standing) -> None:
    version = about.version
    if not proving.holds(store.proof_of(about.session, version), about.library):
        raise Refused("Not in force: it is not proved with the house file in force. Have it proved first.")
    if len(standing.approvals) < 2:
        raise Refused("Not in force: two people must approve it, neither of them its author.")
    if any(act.against != about.against() for act in standing.approvals):
        raise Refused(
            "Not in force: another version has come into force since it was approved. Whoever approved has not "
            "seen what changes against it. Withdraw this one, have it proved anew, and approve it again."
        )
    if version.kind != "house" and version.status != "approved":
        raise Refused(
            f'Not in force: the text itself says "status: {version.status}". Propose it with "status: approved": '
            "then it must have examples, evidence, and words to say."
        )
    if is_overdue(version, about.now.date()):
        raise Refused(
            f"Not in force: its review was due on {version.review_by}, and the grace of {GRACE.days} days is over."
        )


def withdraw(about: Deciding, because: str) -> None:
    """By one person, with one reason. The version before it, where there is one, is in force again at once."""
    require(about.user, *MAY_WITHDRAW)
    if not because.strip():
        raise Refused("Say why it is withdrawn. The reason is kept.")
    standing = about.own()
    if standing.state is State.withdrawn:
        raise Conflict("It is withdrawn already.")
    if about.version.kind != "triage" and standing.state is State.in_force:
        gone = _act(about, Did.withdrawn, because)
        if not any(one.state is State.in_force for one in about.standing((gone,))):
            raise Refused(
                "Nothing would serve in its place. Put another version in force first, or stop it: "
                "then people are told at once."
            )
    _keep(about, Did.withdrawn, because)


def _keep(
    about: Deciding, did: Did, words: str, *, starts_at: datetime | None = None, against: str | None = None
) -> None:
    act = _act(about, did, words)
    act.starts_at, act.against = starts_at, against
    about.session.add(act)
    audit.note(
        about.session,
        about.version.place,
        about.now,
        about.user.actor,
        f"protocol {did.value}",
        f"version:{about.version.key}",
        act.words[:300] or None,
    )


def _act(about: Deciding, did: Did, words: str) -> Act:
    version, user = about.version, about.user
    return Act(
        place=version.place,
        kind=version.kind,
        protocol=version.protocol,
        sha256=version.sha256,
        did=did,
        by_id=user.id,
        by=user.name,
        at=about.now,
        words=words.strip()[:1000],
    )
