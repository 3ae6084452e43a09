"""MNIST-1D: ten digits as noisy curves of 40 points, generated as its authors define it."""

from functools import cache

import numpy as np

from optimlab.data.parts import Dataset, Part, check_whole

# Heights of the pen at 12 moments, one row for each digit.
STROKES = np.array([
    [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
    [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
    [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
    [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
    [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
    [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
    [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
    [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
    [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
    [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
])
POINTS = 40                     # length of an example
PADDING = (36, 60)              # zeros after the stroke, so many at least and at most
LENGTH = 12 + PADDING[1]        # every padded stroke is stretched to this length
SCALE = 0.4                     # heights vary by up to 20 % either way
SHIFTS = 48                     # 0 to 47 points to the right, cyclically
CORRELATED, WIDTH = 0.25, 2     # noise where the padding is, and the Gaussian's width that smooths it
WHITE = 0.02                    # noise everywhere
SHEAR = 0.75
LIFT = 1e-8                     # a stroke is lifted by this, so that only padding is exactly 0


def mnist1d():
    """MNIST-1D as in its paper: 4000 curves to train on and 1000 to test, and 1000 more for validation.

    x has shape (N, 1, 40), float32, channels first as for a Conv1d; y holds the digits. Training and test
    part are the authors' own, number by number. They have no validation part; here it is 1000 further curves,
    brought to the same mean and scale.

    Test accuracy in the paper: logistic regression 32 %, MLP 68 %, GRU 91 %, CNN 94 %, people 96 %.

    >>> mnist1d().train
    Part(x (4000, 1, 40), y (4000,))

    Source: Greydanus and Kobak (2024), Scaling Down Deep Learning with MNIST-1D.
    """
    (x, y), (more_x, more_y), mean, std = _official()

    def part(x, y):
        return Part(((x - mean) / std).astype(np.float32)[:, None, :], y.copy())

    parts = part(x[:4000], y[:4000]), part(more_x, more_y), part(x[4000:], y[4000:])
    return Dataset("MNIST-1D", *parts, classes=tuple("0123456789"), about="Ten digits as noisy curves, "
                   "generated here by the definition of Greydanus and Kobak (2024).")


@cache
def _official():
    x, y = _curves(5000, 42)
    return (x, y), _curves(1000, 43), x.mean(), x.std()


def make_mnist1d(n, seed):
    """n curves of your own, shuffled, as many of each digit: x (n, 1, 40), standardised, and y (n,).

    Args:
        n: how many, a multiple of 10.
        seed: a whole number; 42 with n = 5000 gives the authors' curves.

    Raises:
        TypeError, ValueError: an n that is no multiple of 10, a negative seed.

    >>> x, y = make_mnist1d(20, seed=0)
    >>> x.shape, np.bincount(y).tolist()
    ((20, 1, 40), [2, 2, 2, 2, 2, 2, 2, 2, 2, 2])

    Source: Greydanus and Kobak (2024), Scaling Down Deep Learning with MNIST-1D.
    """
    check_whole("n", n, least=10)
    check_whole("seed", seed, least=0)
    if n % 10:
        raise ValueError(f"n: a multiple of 10 is needed, for as many curves of each digit, got {n}")
    x, y = _curves(n, seed)
    return Part(((x - x.mean()) / x.std()).astype(np.float32)[:, None, :], y)


def mnist1d_templates():
    """The ten clean strokes, shape (10, 12): each of deviation 1/6, and starting at 0.

    >>> mnist1d_templates().std(axis=1).round(3)
    array([0.167, 0.167, 0.167, 0.167, 0.167, 0.167, 0.167, 0.167, 0.167, 0.167])
    """
    x = (STROKES - STROKES.mean(axis=1, keepdims=True)) / STROKES.std(axis=1, keepdims=True)
    return (x - x[:, :1]) / 6


def _curves(n, seed):
    """n curves before they are standardised, (n, 40), and their digits (n,), shuffled.

    RandomState, because the authors drew from it: its numbers never change from one NumPy to the next. The
    draws come in their order, curve by curve; the arithmetic is done for all curves at once.
    """
    rng = np.random.RandomState(seed)
    y = np.repeat(np.arange(10), n // 10)
    strokes = mnist1d_templates() + LIFT
    x, correlated, white = np.empty((3, n, LENGTH))
    shear = np.empty((n, 1))
    low, high = PADDING
    for i, digit in enumerate(y):
        padding = low + int(rng.rand() * (high - low + 1))
        stretched = _resample(np.append(strokes[digit], np.zeros(padding)), LENGTH)
        scaled = stretched * (1 + SCALE * (rng.rand() - 0.5))
        x[i] = np.roll(scaled, rng.choice(SHIFTS))
        correlated[i], white[i], shear[i] = rng.randn(LENGTH), rng.randn(LENGTH), rng.rand()
    x = np.where(x != 0, x, _smooth(CORRELATED * correlated)) + WHITE * white
    x -= SHEAR * (shear - 0.5) * np.linspace(-0.5, 0.5, LENGTH)
    order = rng.permutation(n)
    return np.array([_resample(row, POINTS) for row in x])[order], y[order]


def _resample(values, n):
    """A curve drawn through n evenly spaced points, by straight lines."""
    return np.interp(np.linspace(0, 1, n), np.linspace(0, 1, len(values)), values)


def _smooth(x):
    """Each row averaged with a Gaussian cut at four widths; the ends are mirrored."""
    reach = 4 * WIDTH
    weights = np.exp(-np.arange(-reach, reach + 1) ** 2 / (2 * WIDTH**2))
    mirrored = np.pad(x, ((0, 0), (reach, reach)), mode="symmetric")
    stretches = np.lib.stride_tricks.sliding_window_view(mirrored, len(weights), axis=1)
    return stretches @ (weights / weights.sum())
