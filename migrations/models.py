"""Every module that has tables, so that the metadata is whole."""

from dispatch import model as dispatch_model
from hub import access, audit, beats, deadlines, events, ids, once, outbox, places, tokens
from records import advice, alarms, contact_points, key_safe_model, refusals
from records import model as records_model
from triage import concerns, lowering, remote_care
from triage import model as triage_model

ALL = (
    access,
    audit,
    beats,
    deadlines,
    events,
    ids,
    once,
    outbox,
    places,
    tokens,
    advice,
    alarms,
    contact_points,
    key_safe_model,
    refusals,
    records_model,
    triage_model,
    concerns,
    lowering,
    remote_care,
    dispatch_model,
)
