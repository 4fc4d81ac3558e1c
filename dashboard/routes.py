"""Every router of the web process, in the order in which an address is tried."""

from dashboard import feed, health, webhooks
from dashboard.pages import (
    away,
    board,
    call,
    case,
    clinician,
    concerns,
    downtime,
    find,
    key_safe,
    known,
    leaving,
    log_in,
    messages,
    on_duty,
    phones,
    responder,
    responders,
    shift_hand_over,
    shifts,
    tokens,
    trusted_phone,
    visit_outcome,
    where,
)
from dispatch import api as dispatch_api
from dispatch import (
    offers_api,
    on_the_way_api,
    phones_api,
    rota_api,
    sealed_texts_api,
    telling_api,
    visit_notes_api,
)
from records import api as records_api
from records import dependants_api, responsible_api, sealing_api
from triage import (
    answer_notes_api,
    begun_api,
    beside_api,
    clinician_api,
    death_elsewhere_api,
    endings_api,
    tell_wish_api,
    welfare_api,
)
from triage import api as triage_api

PAGES = (
    health,
    log_in,
    leaving,
    board,
    away,  # before the calls that have a number
    call,
    case,
    clinician,
    concerns,
    downtime,
    find,
    known,
    messages,
    on_duty,
    responder,
    responders,
    shift_hand_over,
    shifts,
    tokens,
    trusted_phone,
    visit_outcome,
    where,
    key_safe,
    phones,
    webhooks,
    feed,
)
APIS = (
    begun_api,  # before the calls that have a number
    triage_api,
    beside_api,
    answer_notes_api,
    endings_api,
    death_elsewhere_api,
    tell_wish_api,
    clinician_api,
    welfare_api,
    dispatch_api,
    offers_api,
    on_the_way_api,
    phones_api,
    rota_api,
    telling_api,
    visit_notes_api,
    records_api,
    responsible_api,
    dependants_api,
    sealing_api,
    sealed_texts_api,
)
"""What the pages' own scripts call; all under `/api`."""
