"""S22: whether staff may go alone. Pure: what is known of an address or a person, and when the visit would be."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.duty_model import StaffSafety

WINTER = (10, 11, 12, 1, 2, 3)
DARK = {True: (16, 8), False: (21, 6)}
"""From and to which hour it counts as dark, in the winter half of the year and in the other. [LOCAL]"""


def holds(rule: StaffSafety, now: datetime) -> bool:
    return rule.starts_at <= now and (rule.ends_at is None or rule.ends_at > now)


def is_dark(at: datetime, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    begins, ends = DARK[local.month in WINTER]
    return local.hour >= begins or local.hour < ends


def needs_two(rules: Sequence[StaffSafety], now: datetime, until: datetime, zone: ZoneInfo) -> bool:
    """Two go together if any rule that holds says so, or says not alone after dark and it is dark now or `until`."""
    dark = is_dark(now, zone) or is_dark(until, zone)
    return any(
        holds(rule, now) and (rule.two_people or (rule.not_alone_after_dark and dark)) for rule in rules
    )
