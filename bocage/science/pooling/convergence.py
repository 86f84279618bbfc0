"""Whether chains agree: split R-hat and effective sample size."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def split_r_hat(draws: Array) -> float:
    """Potential scale reduction of the halves of several chains; 1 where they agree.

    R̂ = sqrt(((n - 1)/n W + B/n) / W), with W the mean variance within half-chains of n draws and B/n the
    variance of their means (Gelman and others, Bayesian Data Analysis, 3rd ed., 2013, eq. 11.4). A
    quantity that never moves has none: it is known.

    Args:
        draws: chains in rows (C, n).

    Chains that stay apart are told:

    >>> apart = np.array([[0.0, 1.0] * 50, [5.0, 6.0] * 50])
    >>> split_r_hat(apart) > 5
    True
    """
    halves = _halves(draws)
    within = halves.var(axis=1, ddof=1).mean()
    if within == 0:
        return 1.0
    count = halves.shape[1]
    between = halves.mean(axis=1).var(ddof=1)
    return float(np.sqrt((count - 1) / count + between / within))


def effective_size(draws: Array) -> float:
    """Number of independent draws that would know the mean as well.

    C n / (1 + 2 Σ ρ_t), with autocorrelations over all half-chains summed by Geyer's initial monotone
    sequence of pairs (Statistical Science 7, 1992; Vehtari and others, Bayesian Analysis 16, 2021, without
    the ranks). Never more than there are draws.

    Args:
        draws: chains in rows (C, n).

    >>> random = np.random.default_rng(1)
    >>> 3500 < effective_size(random.standard_normal((4, 1000))) <= 4000
    True
    """
    halves = _halves(draws)
    chains, count = halves.shape
    centred = halves - halves.mean(axis=1, keepdims=True)
    within = halves.var(axis=1, ddof=1).mean()
    if within == 0:
        return float(draws.size)
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(centred, size, axis=1)
    covariance = np.fft.irfft(spectrum * spectrum.conj(), size, axis=1)[:, :count].mean(axis=0) / count
    variance = within * (count - 1) / count + halves.mean(axis=1).var(ddof=1)
    correlation = 1 - (within - covariance * count / (count - 1)) / variance
    pairs = correlation[0 : count - count % 2 : 2] + correlation[1 : count - count % 2 : 2]
    stop = int(np.argmax(pairs < 0)) if (pairs < 0).any() else len(pairs)
    kept = np.minimum.accumulate(pairs[: max(stop, 1)])
    time = max(-1 + 2 * float(kept.sum()), 1.0)
    return float(chains * count / time)


def _halves(draws: Array) -> Array:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, half : 2 * half]])
