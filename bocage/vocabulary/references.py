"""References of delivery points (PRM, PDL, PCE) as different files write the same one."""

import polars as pl

PRM_DIGITS = 14
_ROUNDED = r"^\d+([.,]\d+)?[eE]\+?\d+$"
"""What a spreadsheet makes of a long number: its last digits are lost for good."""


def delivery_reference(name: str) -> pl.Expr:
    """The one writing of a reference: digits without blanks and with their zeros, other texts in capitals.

    A PRM has 14 digits; a spreadsheet that takes it for a number drops the zeros it begins with, and
    they are put back. No check digit is verified: none is documented. A reference that a spreadsheet
    has rounded (`1,23E+13`) names no point and becomes null, as does an empty one.

    Args:
        name: column of texts.

    >>> frame = pl.DataFrame({"prm": ["01 234 567 890 123", "1234567890123.0", "1,23E+13", " rue  Haute 2 "]})
    >>> frame.select(delivery_reference("prm"))["prm"].to_list()
    ['01234567890123', '01234567890123', None, 'RUE HAUTE 2']
    """
    text = pl.col(name).cast(pl.String).str.replace_all("[\\s\u00a0\u202f]+", " ").str.strip_chars(" '\"`")
    whole = text.str.replace(r"^(\d+)[.,]0+$", "$1")
    digits = whole.str.replace_all(r"[ .\-]", "")
    return (
        pl.when(text.str.contains(_ROUNDED) | (text == ""))
        .then(None)
        .when(digits.str.contains(r"^\d+$"))
        .then(digits.str.zfill(PRM_DIGITS))
        .otherwise(whole.str.to_uppercase())
        .alias(name)
    )


def was_rewritten(name: str) -> pl.Expr:
    """Whether the reference of a row is not written as `delivery_reference` writes it; false where it is empty."""
    return pl.col(name).is_not_null() & ~pl.col(name).eq_missing(delivery_reference(name))
