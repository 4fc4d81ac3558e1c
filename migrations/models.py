"""Every module that has tables, so that the metadata is whole."""

from dispatch import model as dispatch_model
from dispatch import telling_model, visit_notes
from hub import access, audit, beats, deadlines, events, ids, outbox, places
from records import advice, alarms, contact_points, key_safe_model, refusals, tell_wishes
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
    outbox,
    places,
    advice,
    alarms,
    contact_points,
    key_safe_model,
    refusals,
    tell_wishes,
    records_model,
    triage_model,
    concerns,
    lowering,
    remote_care,
    dispatch_model,
    telling_model,
    visit_notes,
)
