"""Every module that has tables, so that the metadata is whole."""

from dispatch import check_in, duty_model, pauses, phone_model, pressed, promises, telling_model, visit_notes
from dispatch import model as dispatch_model
from hub import (
    access,
    audit,
    beats,
    deadlines,
    events,
    ids,
    oauth_model,
    on_call,
    once,
    outbox,
    places,
    sealed_grants,
    tokens,
    trusted_phones,
    wall_screens,
)
from records import (
    advice,
    alarm_climbs,
    alarms,
    break_glass_model,
    consent_model,
    contact_points,
    key_safe_model,
    machine_calls,
    refusals,
    sealed_items,
    sealing_model,
    shift_handover_model,
    tell_wishes,
)
from records import model as records_model
from records.fhir import export_model, subscription_model
from records.keeping import model as keeping_model
from records.own import model as own_model
from records.people import fact_model, link_model
from records.people import model as people_model
from records.reading import model as reading_model
from triage import concerns, lowering, remote_care, replay_model
from triage import model as triage_model
from triage.bars import model as bars_model
from triage.bars_out import model as bars_out_model
from triage.governance import model as governance_model

ALL = (
    access,
    audit,
    beats,
    deadlines,
    events,
    ids,
    oauth_model,
    on_call,
    once,
    outbox,
    places,
    sealed_grants,
    tokens,
    trusted_phones,
    wall_screens,
    advice,
    alarm_climbs,
    alarms,
    break_glass_model,
    consent_model,
    contact_points,
    key_safe_model,
    machine_calls,
    refusals,
    sealed_items,
    sealing_model,
    shift_handover_model,
    tell_wishes,
    records_model,
    own_model,
    keeping_model,
    people_model,
    export_model,
    subscription_model,
    fact_model,
    link_model,
    reading_model,
    triage_model,
    bars_model,
    bars_out_model,
    governance_model,
    concerns,
    lowering,
    remote_care,
    replay_model,
    dispatch_model,
    duty_model,
    phone_model,
    check_in,
    pressed,
    promises,
    pauses,
    telling_model,
    visit_notes,
)
