"""Exports for other systems, a slice for each effect."""

from hub.outbox import Effect
from hub.places import place_of
from protocols.news2 import known_total
from records.fhir import exporting
from records.fhir.kinds import Face
from workers.bench import Bench


def go_on(bench: Bench, effect: Effect) -> None:
    """Settles the effect itself."""
    exporting.go_on(bench.hub, face_of(bench, effect.place), effect)


def face_of(bench: Bench, place_id: str) -> Face:
    hub, plausible = bench.hub, bench.shelf.library.house.plausible
    with hub.db.read() as session:
        place = place_of(session, place_id)
    return Face(place, hub.settings.public, lambda answers: known_total(answers, plausible), hub.clock.now())
