"""What French law adds to an invoice and gives back: VAT, FCTVA, the own share, white certificates."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def fctva_eur(spending_ttc_eur: float, rate: float, *, vat_rate: float) -> float:
    """VAT compensation of an investment, a share of the spending all taxes included [EUR].

    Nothing is due where no VAT was paid.

    Args:
        spending_ttc_eur: eligible spending, all taxes included [EUR].
        rate: compensation rate, CGCT L1615-6 [1].
        vat_rate: VAT rate of the works [1].

    >>> round(fctva_eur(120.0, 0.16404, vat_rate=0.2), 4)
    19.6848
    """
    return spending_ttc_eur * rate if vat_rate > 0 else 0.0


def largest_public_aid_eur(cost_eur: float, private_aid_eur: float, own_share: float) -> float:
    """Most that public persons other than the owner may bring, CGCT L1111-10 III [EUR].

    The owner brings at least the share `own_share` of all that public persons bring, itself included:
    own >= s (own + aids) with own + aids = cost - private aids.

    Args:
        cost_eur: cost excluding VAT [EUR].
        private_aid_eur: aids that no public person pays (white certificates) [EUR].
        own_share: smallest own share s [1].

    >>> largest_public_aid_eur(100.0, 10.0, 0.2)
    72.0
    """
    return max(0.0, (cost_eur - private_aid_eur) * (1.0 - own_share))


def deducted_vat_eur(spending_ttc_eur: float, vat_rate: float) -> float:
    """VAT that a service subject to VAT takes back by the tax channel, TTC v / (1 + v) [EUR].

    Such a service (drinking water, CGI 256 B and 260 A) deducts the VAT of its works from the VAT of its
    sales: it asks for no FCTVA.

    Args:
        spending_ttc_eur: spending, all taxes included [EUR].
        vat_rate: VAT rate of the works v [1].

    >>> round(deducted_vat_eur(120.0, 0.2), 9)
    20.0
    """
    return spending_ttc_eur * vat_rate / (1.0 + vat_rate)


def paid_over_years(
    amount_eur: float,
    start: int,
    years: int,
    *,
    advance: float,
    lag: int,
    interim: Sequence[tuple[int, float]] = (),
) -> Array:
    """Spread an aid over the years: an advance in the year of the works, instalments, the balance some years later.

    Args:
        amount_eur: aid [EUR].
        start: index of the year of the works.
        years: number of years of the result; what is paid later is left out.
        advance: share paid in the year of the works [1].
        lag: years between the works and the balance, >= 0.
        interim: (years after the works, share [1]) of the instalments between the two.

    Returns:
        Array (years,) [EUR].

    >>> paid_over_years(100.0, 0, 3, advance=0.3, lag=2).tolist()
    [30.0, 0.0, 70.0]
    >>> paid_over_years(100.0, 0, 3, advance=0.25, lag=2, interim=[(1, 0.5)]).tolist()
    [25.0, 50.0, 25.0]
    """
    paid = np.zeros(years)
    balance = 1.0 - advance - sum(share for _, share in interim)
    for year, part in ((0, advance), *interim, (lag, balance)):
        if start + year < years:
            paid[start + year] += amount_eur * part
    return paid


def cumulated_kwh(saving_kwh_year: float, lifetime_years: int, rate: float = 0.04) -> float:
    """Energy saved over the lifetime, cumulated and discounted: sum of dE (1 + r)^-n, n = 0 to L - 1 [kWhc].

    The unit of white certificates, `kWh cumac`, discounts at 4 % a year.

    Args:
        saving_kwh_year: yearly saving dE [kWh/year].
        lifetime_years: conventional lifetime L [year].
        rate: discount rate of the scheme [1].

    >>> [round(cumulated_kwh(1.0, years), 2) for years in (6, 15, 20, 25, 30)]
    [5.45, 11.56, 14.13, 16.25, 17.98]
    """
    return float(saving_kwh_year * np.sum((1.0 + rate) ** -np.arange(lifetime_years, dtype=float)))
