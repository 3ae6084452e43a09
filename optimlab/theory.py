"""What theory says of SGD on a quadratic with curvatures from mu to L: best settings, limit, noise.

>>> settings = heavy_ball(1, 100)
>>> round(settings["lr"], 4), round(settings["momentum"], 4)
(0.0331, 0.6694)
"""

import math


def gradient_descent(mu, L):
    """The best learning rate of gradient descent, 2 / (mu + L); each step then leaves (L - mu) / (L + mu).

    mu, L: the smallest and the largest curvature, 0 < mu <= L. Returns keyword arguments for SGD.
    Raises ValueError for curvatures out of order. Source: Cauchy (1847); Nesterov (2018, section 2.1).
    """
    _check(mu, L)
    return {"lr": 2 / (mu + L)}


def heavy_ball(mu, L):
    """The best settings of momentum (Polyak 1964); in the long run each step leaves the root of momentum.

    Arguments, result and errors as for gradient_descent.
    """
    _check(mu, L)
    low, high = math.sqrt(mu), math.sqrt(L)
    return {"lr": 4 / (high + low) ** 2, "momentum": ((high - low) / (high + low)) ** 2}


def nesterov(mu, L):
    """Nesterov's settings for strongly convex functions (2018, section 2.2), with lr = 1 / L.

    A step then leaves at most 1 - sqrt(mu / L) in the long run. At mu = L there is no momentum, and so no
    `nesterov` among the settings. Arguments and errors as for gradient_descent.

    >>> nesterov(1, 9)
    {'lr': 0.1111111111111111, 'momentum': 0.5, 'nesterov': True}
    """
    _check(mu, L)
    low, high = math.sqrt(mu), math.sqrt(L)
    momentum = (high - low) / (high + low)
    return {"lr": 1 / L, **({"momentum": momentum, "nesterov": True} if momentum else {})}


def largest_stable_lr(L, momentum=0.0, nesterov=False):
    """The learning rate above which SGD diverges on a quadratic with largest curvature L.

    2 (1 + momentum) / L, and for Nesterov (2 + 2 momentum) / ((1 + 2 momentum) L): where a root reaches -1.
    Raises ValueError for L that is not above 0 or a momentum outside [0, 1).

    >>> largest_stable_lr(1, 0.9), round(largest_stable_lr(1, 0.9, nesterov=True), 6)
    (3.8, 1.357143)
    """
    if not L > 0:
        raise ValueError(f"L: a curvature above 0 is needed, got {L!r}")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum: a number from 0 up to but not including 1 is needed, got {momentum!r}")
    limit = (2 + 2 * momentum) / L
    return limit / (1 + 2 * momentum) if nesterov else limit


def noise_std(lr, batch_size=1, sigma=1.0, curvature=1.0, momentum=0.0):
    """How widely noise scatters SGD about the minimum of curvature * x**2 / 2, after very many steps.

    Without momentum sigma * sqrt(lr / (batch_size * curvature * (2 - lr * curvature))). With it, the standard
    deviation of the autoregression x = (1 + momentum - lr * curvature) x' - momentum x'' - lr * noise.

    Args:
        sigma: standard deviation of one example's gradient; a step uses the mean of batch_size of them.

    Raises:
        ValueError: settings at which SGD does not come to rest, lr * curvature outside (0, 2 (1 + momentum)).

    >>> round(noise_std(0.1) ** 2, 4), round(noise_std(0.1, batch_size=64) ** 2, 5)
    (0.0526, 0.00082)
    >>> round(noise_std(0.01, momentum=0.9), 3)
    0.224

    Source: Mandt, Hoffman and Blei (2017) for small lr; Box and Jenkins (1970) for the autoregression.
    """
    limit = largest_stable_lr(curvature, momentum)
    if not 0 < lr < limit:
        raise ValueError(f"lr: a number between 0 and {limit:g} is needed, got {lr!r}")
    stiffness = curvature * (1 - momentum) * (2 * (1 + momentum) - lr * curvature)
    return sigma * math.sqrt(lr * (1 + momentum) / (batch_size * stiffness))


def _check(mu, L):
    if not 0 < mu <= L:
        raise ValueError(f"mu, L: curvatures 0 < mu <= L are needed, got mu={mu!r} and L={L!r}")
