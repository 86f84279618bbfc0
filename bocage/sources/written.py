"""Values as people write them, read as polars expressions over whole columns."""

import polars as pl

MISSING = (
    "-", "--", "—", "?", "??", ".", "/", "nc", "n.c.", "n/c", "nr", "n.r.", "nd", "n.d.", "n/d", "na", "n/a", "#n/a",
    "#n/d", "#ref!", "#valeur!", "#value!", "#div/0!", "#nom?", "#name?", "nan", "null", "none", "néant", "neant",
    "inconnu", "inconnue", "indéterminé", "indetermine", "non renseigné", "non renseigne", "non renseignée",
    "non connu", "unknown", "<null>", "(null)", "vide", "aucun", "sans objet",
)  # fmt: skip
"""What people write for a value that they do not have."""

MANGLED = r"^\s*\d(?:[.,]\d+)?[eE]\+?\d{1,2}\s*$"
"""An identifier that a spreadsheet turned into a rounded number: its last digits are lost."""

_SPACES = "[\\s\u00a0\u202f\u2009'’]"
_MEASURED = r"(?i)^([+-]?[\d.,]+(?:e[+-]?\d+)?)([a-z°%µ€²³/]+)$"
"""A number, then its unit."""
_TRUE = ("oui", "o", "vrai", "true", "t", "1", "1.0", "x", "yes", "y")
_FALSE = ("non", "n", "faux", "false", "f", "0", "0.0", "no")
_MONTH_FIRST = r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})"
_SERIAL_LOW, _SERIAL_HIGH = 14_000, 60_000
"""Day counts of spreadsheets from 1938 to 2064."""


def without_missing(text: pl.Expr) -> pl.Expr:
    """The text, null where it says that the value is not known."""
    return pl.when(text.str.to_lowercase().str.strip_chars().is_in(list(MISSING))).then(None).otherwise(text)


def share(mask: pl.Series) -> float:
    """Share of True [1] in booleans (n,); null counts as False, and nothing at all as 0.

    >>> share(pl.Series([True, False, None, True])), share(pl.Series([], dtype=pl.Boolean))
    (0.5, 0.0)
    """
    return float(mask.sum()) / len(mask) if len(mask) else 0.0


def numbers(texts: pl.Series, *, decimal: str) -> pl.Series:
    """Numbers of a whole column: the plain ones at once, only the others by `number`.

    Args:
        texts: texts.
        decimal: decimal mark of the file.

    >>> numbers(pl.Series(["70", "70,5", "1 234,5", "NC", "1.500"]), decimal=",").to_list()
    [70.0, 70.5, 1234.5, None, 1500.0]
    """
    if decimal == "," and texts.str.contains(r"^[+-]?\d+,\d+$").any():
        texts = texts.str.replace(r"^([+-]?[1-9]\d{0,2})\.(\d{3})$", "$1$2")  # in such a column the point groups
    plain = texts.str.contains(r"^[+-]?\d+(?:[.,]\d+)?$" if decimal == "," else r"^[+-]?\d+(?:\.\d+)?$")
    frame = pl.DataFrame({"text": texts, "plain": plain.fill_null(value=False)})
    written = pl.when("plain").then("text").str.replace(",", ".", literal=True)
    found = frame.select(written.cast(pl.Float64, strict=False).alias("number"))["number"]
    others = frame.with_row_index("row").filter(~pl.col("plain") & pl.col("text").is_not_null())
    if not len(others):
        return found
    return found.scatter(others["row"], others.select(number(pl.col("text"), decimal=decimal)).to_series())


def number(text: pl.Expr, *, decimal: str) -> pl.Expr:
    """Numbers with decimal point or comma, thousands spaces and a trailing unit.

    Args:
        text: texts.
        decimal: decimal mark of the file; decides of `1,234` and `1.234` only.

    >>> frame = pl.DataFrame({"t": ["1 234,5", "0,15", "1.234,5", "70 W", "abc"]})
    >>> frame.select(number(pl.col("t"), decimal=","))["t"].to_list()
    [1234.5, 0.15, 1234.5, 70.0, None]
    """
    bare = text.str.replace_all(_SPACES, "").str.replace(_MEASURED, "$1")
    last_comma = bare.str.contains(r",\d*(?:[eE]|$)") & bare.str.contains(r"\..*,")
    last_point = bare.str.contains(r",.*\.")
    both = (
        pl.when(last_comma)
        .then(bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(last_point)
        .then(bare.str.replace_all(",", "", literal=True))
    )
    grouped = r"^[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+$"
    if decimal == ",":
        alone = (
            pl.when(bare.str.contains(r"^[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}$"))
            .then(bare.str.replace_all(".", "", literal=True))
            .otherwise(bare.str.replace(",", ".", literal=True))
        )
    else:
        alone = (
            pl.when(bare.str.contains(grouped) & bare.str.contains(",", literal=True))
            .then(bare.str.replace_all(",", "", literal=True))
            .otherwise(bare.str.replace(",", ".", literal=True))
        )
    value = both.otherwise(alone).cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value).otherwise(None)


def unit_of(text: pl.Expr) -> pl.Expr:
    """Unit written after each number, without what tells the tax of an amount; null where there is none.

    Args:
        text: texts.

    >>> frame = pl.DataFrame({"t": ["150 k€ HT", "3,2 %", "70", "30 € TTC"]})
    >>> frame.select(unit_of(pl.col("t")))["t"].to_list()
    ['k€', '%', None, '€']
    """
    return text.str.replace_all(_SPACES, "").str.extract(_MEASURED, 2).str.replace(r"(?i)(?:ht|ttc)$", "")


def date(text: pl.Expr, *, month_first: bool = False) -> pl.Expr:
    """Dates: ISO, dd/mm/yyyy, yyyymmdd, mm/yyyy, yyyy (first day of the period), spreadsheet day counts.

    Args:
        text: texts.
        month_first: the file writes mm/dd/yyyy (see `is_month_first`).

    >>> frame = pl.DataFrame({"t": ["12/03/2019", "2019-03-12", "2019", "43536", "31/02/2019"]})
    >>> [str(day) for day in frame.select(date(pl.col("t")))["t"]]
    ['2019-03-12', '2019-03-12', '2019-01-01', '2019-03-12', 'None']
    """
    bare = text.str.strip_chars().str.replace(r"[T ]\d{1,2}[:hH]\d{2}.*$", "").str.replace(r"\.0$", "")
    parts = bare.str.replace_all(r"[.\-]", "/")
    day_first = "%m/%d/%Y" if month_first else "%d/%m/%Y"
    short = parts.str.replace(r"^(\d{1,2})/(\d{1,2})/([0-4]\d)$", "$1/$2/20$3")
    short = short.str.replace(r"^(\d{1,2})/(\d{1,2})/([5-9]\d)$", "$1/$2/19$3")
    whole = pl.when(bare.str.contains(r"^\d{5}$")).then(bare.cast(pl.Int64, strict=False))
    serial = pl.when(whole.is_between(_SERIAL_LOW, _SERIAL_HIGH)).then(whole)
    return pl.coalesce(
        parts.str.to_date("%Y/%m/%d", strict=False),
        short.str.to_date(day_first, strict=False),
        pl.when(bare.str.contains(r"^(?:1[89]|20)\d{6}$")).then(bare).str.to_date("%Y%m%d", strict=False),
        (pl.lit("01/") + pl.when(parts.str.contains(r"^\d{1,2}/\d{4}$")).then(parts)).str.to_date(
            "%d/%m/%Y", strict=False
        ),
        (pl.when(parts.str.contains(r"^\d{4}/\d{1,2}$")).then(parts) + pl.lit("/01")).str.to_date(
            "%Y/%m/%d", strict=False
        ),
        (pl.when(is_year(bare)).then(bare) + pl.lit("-01-01")).str.to_date("%Y-%m-%d", strict=False),
        pl.lit("1899-12-30").str.to_date() + pl.duration(days=serial),
    )


def is_year(text: pl.Expr) -> pl.Expr:
    """Whether the text is a year alone, from 1800 to 2099."""
    return text.str.contains(r"^\s*(?:1[89]|20)\d{2}(?:\.0)?\s*$")


def is_serial(text: pl.Expr) -> pl.Expr:
    """Whether the text is a day count of a spreadsheet."""
    return text.str.contains(r"^\s*\d{5}(?:\.\d+)?\s*$")


def is_month_first(texts: pl.Series) -> bool:
    """Whether dates are written mm/dd/yyyy: a second number above 12 and never a first one.

    >>> is_month_first(pl.Series(["03/25/2019", "04/01/2019"]))
    True
    """
    first = texts.str.extract(_MONTH_FIRST, 1).cast(pl.Int64, strict=False)
    second = texts.str.extract(_MONTH_FIRST, 2).cast(pl.Int64, strict=False)
    return bool((second > 12).any()) and not bool((first > 12).any())


def boolean(text: pl.Expr) -> pl.Expr:
    """Booleans: oui, non, vrai, faux, 1, 0, x…

    >>> pl.DataFrame({"t": ["Oui", "0", "peut-être"]}).select(boolean(pl.col("t"))).to_series().to_list()
    [True, False, None]
    """
    bare = text.str.to_lowercase().str.strip_chars()
    return (
        pl.when(bare.is_in(list(_TRUE)))
        .then(pl.lit(value=True))
        .when(bare.is_in(list(_FALSE)))
        .then(pl.lit(value=False))
    )


def time_of_day(text: pl.Expr) -> pl.Expr:
    """Times as HH:MM: `23h30`, `23:30:00`, `23h`, `2330`.

    >>> pl.DataFrame({"t": ["23h30", "5h", "00:15:00", "25h"]}).select(time_of_day(pl.col("t")))["t"].to_list()
    ['23:30', '05:00', '00:15', None]
    """
    bare = text.str.strip_chars().str.to_lowercase().str.replace_all(r"\s", "")
    hour = bare.str.extract(r"^(\d{1,2})(?:[h:]|\d{2}$|$)", 1)
    minute = bare.str.extract(r"^\d{1,2}[h:]?(\d{2})(?::\d{2})?(?:mn|min)?$", 1).fill_null("00")
    sound = bare.str.contains(r"^\d{1,2}(?:[h:](?:\d{2})?(?::\d{2})?(?:mn|min)?|\d{2})?$")
    inside = (hour.cast(pl.Int64, strict=False) < 24) & (minute.cast(pl.Int64, strict=False) < 60)
    return pl.when(sound & inside).then(hour.str.zfill(2) + pl.lit(":") + minute)
