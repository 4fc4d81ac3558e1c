"""What every worker has to hand: the ground floor, the protocols in force, and the way to telephones."""

import logging
import time
from dataclasses import dataclass, field

from dispatch.desk import Desk
from hub.assemble import Hub
from hub.beats import Alive, unwatched
from hub.record_servers import RecordServer
from hub.services import Service
from protocols.shelf import READ_EVERY_S, Shelf
from triage.bars_out.known import must_be_of_house
from triage.governance.in_force import Rulings
from workers.carrier import SmsCarrier, TwilioCarrier
from workers.fhir import FhirClient

log = logging.getLogger(__name__)


@dataclass
class Bench:
    hub: Hub
    shelf: Shelf
    name: str
    training: SmsCarrier
    live: SmsCarrier | None
    alive: Alive = unwatched
    """Said at every step of what takes long, or the supervisor takes it for stuck and ends it."""
    desk: Desk = field(init=False)
    _records: dict[str, FhirClient] = field(default_factory=dict, init=False, repr=False)
    _services: dict[str, FhirClient] = field(default_factory=dict, init=False, repr=False)
    _look_at: float = field(default=0.0, init=False, repr=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.shelf.library, self.hub.settings.public)

    def keep_up(self) -> None:
        """Read the protocols anew where it is time. Called between two pieces of work, never in the middle of one.

        Whatever goes wrong, those in force stay. The dashboard says what is broken: one alarm, not one for each worker.
        """
        at = time.monotonic()
        if at < self._look_at:
            return
        self._look_at = at + READ_EVERY_S
        try:
            if self.shelf.read_again():
                self.desk = Desk(self.shelf.library, self.hub.settings.public)
        except Exception:
            log.exception("protocols_not_read")

    def record_client(self, server: RecordServer) -> FhirClient:
        """The one of this process: its connections, its token, and what it knows of the server's state."""
        if server.name not in self._records:
            self._records[server.name] = FhirClient(server, self.hub.clock.machine)
        return self._records[server.name]

    def service_client(self, service: Service) -> FhirClient:
        """As `record_client`, of a service that takes referrals."""
        if service.service not in self._services:
            self._services[service.service] = FhirClient(service, self.hub.clock.machine)
        return self._services[service.service]

    def carrier(self, training: bool) -> SmsCarrier:
        """The carrier belongs to the place: a training place never reaches a real phone."""
        if training:
            return self.training
        if self.live is None:
            raise RuntimeError("a live place without a carrier")
        return self.live


def set_up(hub: Hub, name: str) -> Bench:
    """Raises `ProtocolError` where there is nothing to run on, `Refused` where a service is none of the house's."""
    settings = hub.settings
    wait_s = settings.carrier_timeout_s
    training = TwilioCarrier(
        settings.phones_sid, settings.phones_token.get_secret_value() or "none", settings.phones, wait_s
    )
    live = None
    if settings.twilio_account_sid:
        token = settings.twilio_auth_token.get_secret_value()
        live = TwilioCarrier(settings.twilio_account_sid, token, None, wait_s)
    decided = Rulings(hub.db, hub.clock, settings.place, training=settings.training)
    shelf = Shelf(settings.protocols, draft=settings.training, governed=decided)
    must_be_of_house(hub.services, shelf.library.house)
    return Bench(hub, shelf, name, training, live)
