"""The coordinate systems in which French files are written: their EPSG codes, names and extents."""

from collections.abc import Mapping

WGS84 = 4326
LAMBERT93 = 2154
LAMBERT2_EXTENDED = 27572
WEB_MERCATOR = 3857
CONFORMAL_CONICS = range(3942, 3951)
"""CC42 to CC50, one for each parallel."""

METROPOLITAN = (WGS84, LAMBERT93, LAMBERT2_EXTENDED, *CONFORMAL_CONICS, WEB_MERCATOR, 32630, 32631, 32632)
OVERSEAS = (WGS84, WEB_MERCATOR, 5490, 4559, 2972, 2975, 4471, 32620, 32622, 32740, 32738)
WITH_AREA_ONLY = (27561, 27562, 27563, 27564)
"""The old Lambert zones share one range of numbers: only the territory tells them apart."""

EXTENTS: Mapping[int, tuple[tuple[float, float], tuple[float, float]]] = {
    WGS84: ((-5.5, 9.8), (41.0, 51.5)),
    LAMBERT93: ((90_000.0, 1_260_000.0), (6_040_000.0, 7_130_000.0)),
}
"""Least and most x, least and most y of metropolitan France, in systems whose numbers can be told apart."""

_WORDS: Mapping[str, int] = {
    **dict.fromkeys(("l93", "lambert93", "lambert_93", "rgf93", str(LAMBERT93)), LAMBERT93),
    **dict.fromkeys(("wgs84", "wgs", "gps", str(WGS84)), WGS84),
    **dict.fromkeys(("l2e", "lambert2e", "lambert_2_etendu"), LAMBERT2_EXTENDED),
    **{f"cc{srid - 3900}": srid for srid in CONFORMAL_CONICS},
}
"""Words of a header that name a coordinate system."""


def srid_in_name(header: str) -> int | None:
    """EPSG code that a normalised header names; None where it names none.

    >>> srid_in_name("x_l93"), srid_in_name("y_cc49"), srid_in_name("coord_x")
    (2154, 3949, None)
    """
    padded = f"_{header}_"
    return next((srid for word, srid in _WORDS.items() if f"_{word}_" in padded), None)
