"""What every worker has to hand: the ground floor, the protocols, and the way to telephones."""

from dataclasses import dataclass
from functools import cached_property

from dispatch.desk import Desk
from hub.assemble import Hub
from protocols.loader import Library, load_library
from workers.carrier import SmsCarrier, TwilioCarrier


@dataclass
class Bench:
    hub: Hub
    library: Library
    name: str
    training: SmsCarrier
    live: SmsCarrier | None

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.library, self.hub.settings.public)

    def carrier(self, training: bool) -> SmsCarrier:
        """The carrier belongs to the place: a training place never reaches a real phone."""
        if training:
            return self.training
        if self.live is None:
            raise RuntimeError("a live place without a carrier")
        return self.live


def set_up(hub: Hub, name: str) -> Bench:
    settings = hub.settings
    wait_s = settings.carrier_timeout_s
    training = TwilioCarrier(
        settings.phones_sid, settings.phones_token.get_secret_value() or "none", settings.phones, wait_s
    )
    live = None
    if settings.twilio_account_sid:
        token = settings.twilio_auth_token.get_secret_value()
        live = TwilioCarrier(settings.twilio_account_sid, token, None, wait_s)
    library = load_library(settings.protocols, draft=settings.training)
    return Bench(hub, library, name, training, live)
