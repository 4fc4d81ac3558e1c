"""Which machine opened which call: what it is to the case of that call (S18), as a handler is to theirs."""

from collections.abc import Collection

from sqlmodel import Field, Session, SQLModel, col, select

from records.model import Call


class MachineCall(SQLModel, table=True):
    """A call's row names the people of the hub alone; a machine has a token."""

    __tablename__ = "machine_call"
    call_id: int = Field(primary_key=True, foreign_key="call.id", sa_column_kwargs={"autoincrement": False})
    token_id: int = Field(foreign_key="api_token.id", index=True)


def opened(session: Session, call: Call, token_id: int) -> None:
    session.add(MachineCall(call_id=call.key, token_id=token_id))


def cases_of(session: Session, token_id: int, among: Collection[int]) -> set[int]:
    """Of these cases, those that a call of this machine is about now."""
    found = select(Call.case_id).join(MachineCall, col(MachineCall.call_id) == col(Call.id))
    found = found.where(MachineCall.token_id == token_id, col(Call.case_id).in_(among))
    return {case_id for case_id in session.exec(found) if case_id is not None}


def calls_of(session: Session, token_id: int, case_id: int) -> set[int]:
    """The numbers of its calls about one case."""
    found = select(Call.id).join(MachineCall, col(MachineCall.call_id) == col(Call.id))
    found = found.where(MachineCall.token_id == token_id, Call.case_id == case_id)
    return {call_id for call_id in session.exec(found) if call_id is not None}
