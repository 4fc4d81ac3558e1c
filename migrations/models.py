"""Every module that has tables, so that the metadata is whole."""

from dispatch import model as dispatch_model
from hub import access, audit, beats, deadlines, events, ids, outbox, places
from records import alarms, contact_points
from records import model as records_model
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
    alarms,
    contact_points,
    records_model,
    triage_model,
    dispatch_model,
)
