"""From the British National Grid to degrees, as the Ordnance Survey's guide to coordinates does it, and how far two
points lie apart. Pure.

Right to about five metres in Great Britain: far more than a straight line between two postcodes needs.
"""

import math

Point = tuple[float, float]
"""Latitude and longitude in degrees, as satellites give them (WGS84)."""

KM_A_DEGREE = 111.2
AIRY = (6377563.396, 6356256.909)
WGS84 = (6378137.0, 6356752.3141)
SCALE = 0.9996012717
ORIGIN = (math.radians(49), math.radians(-2))
FALSE_ORIGIN = (400_000.0, -100_000.0)
SHIFT = (446.448, -125.157, 542.060)
TURN = tuple(math.radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
STRETCH = 1 - 20.4894e-6


def degrees(easting: float, northing: float) -> Point:
    """Metres east and north on the grid, as latitude and longitude."""
    north, east = _shifted(*_unprojected(easting, northing))
    return math.degrees(north), math.degrees(east)


def km(a: Point, b: Point) -> float:
    """As the crow flies; good for distances within Great Britain."""
    mean = math.radians((a[0] + b[0]) / 2)
    return math.hypot(a[0] - b[0], (a[1] - b[1]) * math.cos(mean)) * KM_A_DEGREE


def _unprojected(easting: float, northing: float) -> Point:
    """On Airy's ellipsoid, in radians; the Roman numerals are the guide's."""
    major, minor = AIRY
    eccentric = 1 - (minor / major) ** 2
    north = _foot(northing)
    sine, tangent, secant = math.sin(north), math.tan(north), 1 / math.cos(north)
    across = major * SCALE / math.sqrt(1 - eccentric * sine**2)
    along = major * SCALE * (1 - eccentric) / (1 - eccentric * sine**2) ** 1.5
    ratio = across / along - 1
    seven = tangent / (2 * along * across)
    eight = tangent / (24 * along * across**3) * (5 + 3 * tangent**2 + ratio - 9 * tangent**2 * ratio)
    nine = tangent / (720 * along * across**5) * (61 + 90 * tangent**2 + 45 * tangent**4)
    ten = secant / across
    eleven = secant / (6 * across**3) * (across / along + 2 * tangent**2)
    twelve = secant / (120 * across**5) * (5 + 28 * tangent**2 + 24 * tangent**4)
    off = easting - FALSE_ORIGIN[0]
    return (
        north - seven * off**2 + eight * off**4 - nine * off**6,
        ORIGIN[1] + ten * off - eleven * off**3 + twelve * off**5,
    )


def _foot(northing: float) -> float:
    """The latitude on the central meridian that lies as far north."""
    up = northing - FALSE_ORIGIN[1]
    north = ORIGIN[0] + up / (AIRY[0] * SCALE)
    while abs(left := up - _meridian(north)) > 1e-5:
        north += left / (AIRY[0] * SCALE)
    return north


def _meridian(north: float) -> float:
    n = (AIRY[0] - AIRY[1]) / (AIRY[0] + AIRY[1])
    less, more = north - ORIGIN[0], north + ORIGIN[0]
    return (
        AIRY[1]
        * SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * math.sin(less) * math.cos(more)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * math.sin(2 * less) * math.cos(2 * more)
            - 35 / 24 * n**3 * math.sin(3 * less) * math.cos(3 * more)
        )
    )


def _shifted(north: float, east: float) -> Point:
    """From Airy's ellipsoid to that of satellites, over three dimensions."""
    major, minor = AIRY
    eccentric = 1 - (minor / major) ** 2
    across = major / math.sqrt(1 - eccentric * math.sin(north) ** 2)
    x = across * math.cos(north) * math.cos(east)
    y = across * math.cos(north) * math.sin(east)
    z = (1 - eccentric) * across * math.sin(north)
    about_x, about_y, about_z = TURN
    moved_x = SHIFT[0] + STRETCH * x - about_z * y + about_y * z
    moved_y = SHIFT[1] + about_z * x + STRETCH * y - about_x * z
    moved_z = SHIFT[2] - about_y * x + about_x * y + STRETCH * z
    return _latitude(math.hypot(moved_x, moved_y), moved_z), math.atan2(moved_y, moved_x)


def _latitude(out: float, up: float) -> float:
    major, minor = WGS84
    eccentric = 1 - (minor / major) ** 2
    north = math.atan2(up, out * (1 - eccentric))
    for _ in range(4):
        across = major / math.sqrt(1 - eccentric * math.sin(north) ** 2)
        north = math.atan2(up + eccentric * across * math.sin(north), out)
    return north
