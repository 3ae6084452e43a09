"""Small data made from a seed: two moons, spirals, clusters, noisy quadratics."""

import numpy as np

from optimlab.data.parts import Dataset, Part, check_level, check_whole


def two_moons(n=300, noise=0.2, seed=0):
    """Two half circles that reach into each other: n points in each part, half of them in each moon.

    Args:
        n: points in each part, at least 2.
        noise: standard deviation of what is added to every coordinate.
        seed: a whole number; the same seed gives the same points.

    Returns:
        Dataset: x (n, 2) float32, y (n,) 0 for the upper moon and 1 for the lower.

    Raises:
        TypeError, ValueError: an n, noise or seed out of its range.

    >>> x, y = two_moons(6, noise=0).train
    >>> (x[y == 0] ** 2).sum(axis=1).round(6)
    array([1., 1., 1.], dtype=float32)
    """
    def points(n, rng):
        y = np.arange(n) % 2
        angle = np.pi * (np.arange(n) // 2) / max(1, (n + 1) // 2 - 1)
        upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return np.where(y[:, None] == 0, upper, [1, 0.5] - upper), y

    return _plane("two moons", points, ("upper", "lower"), n, noise, seed, least=2)


def chebyshev(n=20, degree=4):
    """A Chebyshev polynomial, cos(degree * arccos(x)), at n evenly spaced points of [-1, 1].

    Args:
        n: points in the training part, at least 2; the validation part has the n - 1 points between them,
            the test part 200 of its own.
        degree: at least 0. The higher, the longer a network needs.

    Returns:
        Dataset: x and y (n, 1), float64. Nothing is random. `nn.chebyshev_net()` is the network for it.

    Raises:
        TypeError, ValueError: an n or degree out of its range.

    >>> x, y = chebyshev(5, degree=2).train          # 2 x**2 - 1
    >>> y[:, 0].round(6)
    array([ 1. , -0.5, -1. , -0.5,  1. ])

    Source: the toy task of Cohen, Kaur, Li, Kolter and Talwalkar (2021), Gradient descent on neural networks
    typically occurs at the edge of stability.
    """
    check_whole("n", n, least=2)
    check_whole("degree", degree, least=0)

    def part(x):
        return Part(x[:, None], np.cos(degree * np.arccos(x))[:, None])

    x = np.linspace(-1, 1, n)
    parts = part(x), part((x[1:] + x[:-1]) / 2), part(np.linspace(-1, 1, 200))
    return Dataset(f"Chebyshev polynomial of degree {degree}", *parts, about="Computed, nothing is random.")


def spirals(n=300, classes=3, noise=0.05, seed=0):
    """Arms that wind around the origin: n points in each part, spread evenly over the arms.

    Args:
        n: points in each part, at least one for each arm.
        classes: how many arms, at least 1.
        noise: standard deviation of what is added to every coordinate; an arm reaches out to radius 1.
        seed: a whole number; the same seed gives the same points.

    Returns:
        Dataset: x (n, 2) float32, y (n,) the arm's number.

    Raises:
        TypeError, ValueError: an n, number of classes, noise or seed out of its range.

    >>> spirals(9, classes=3).train.y
    array([0, 1, 2, 0, 1, 2, 0, 1, 2])

    Source: after Lang and Witbrock (1988), Learning to tell two spirals apart.
    """
    check_whole("classes", classes, least=1)

    def points(n, rng):
        y = np.arange(n) % classes
        radius = (np.arange(n) // classes + 1) / ((n + classes - 1) // classes)
        angle = 2 * np.pi * (y / classes + 0.75 * radius)
        return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), y

    return _plane("spirals", points, tuple(f"arm {k}" for k in range(classes)), n, noise, seed, least=classes)


def clusters(n=1000, features=64, classes=10, wrong=0.0, seed=0):
    """Round clouds of points, one for each class: easy to tell apart, but for the labels that are wrong.

    Args:
        n: points in each part, at least 1.
        features, classes: numbers in a point, and how many clouds, each at least 1. Centres are drawn from
            the standard normal distribution, and the points from that around their centre.
        wrong: the share of the training labels that is drawn anew, from 0 to 1. The other parts are right.
        seed: a whole number; the same seed gives the same points.

    Returns:
        Dataset: x (n, features) float32, y (n,) the number of the cloud.

    Raises:
        TypeError, ValueError: an argument out of its range.

    >>> clusters(200, features=8, classes=3).train.x.shape
    (200, 8)
    """
    for name, value in (("n", n), ("features", features), ("classes", classes)):
        check_whole(name, value, least=1)
    check_level("wrong", wrong)
    if wrong > 1:
        raise ValueError(f"wrong: a share from 0 to 1 is needed, got {wrong!r}")
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(classes, features))

    def part():
        y = rng.integers(0, classes, size=n)
        return Part((centers[y] + rng.normal(size=(n, features))).astype(np.float32), y)

    train, val, test = part(), part(), part()
    drawn = rng.permutation(n)[: round(wrong * n)]
    train.y[drawn] = rng.integers(0, classes, size=len(drawn))
    names = tuple(f"cloud {k}" for k in range(classes))
    return Dataset("clusters", train, val, test, names, about=f"{n} points a part, made from seed {seed}.")


def _plane(name, points, classes, n, noise, seed, least):
    check_whole("n", n, least)
    check_level("noise", noise)
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng(seed)

    def part():
        x, y = points(n, rng)
        return Part((x + noise * rng.normal(size=x.shape)).astype(np.float32), y)

    return Dataset(name, part(), part(), part(), classes, about=f"{n} points a part, made from seed {seed}.")


class NoisyQuadratic:
    """n valleys of the same shape and different lowest points, whose mean has its lowest point exactly at 0.

    Example i has the loss sum(h * (w - c_i)^2) / 2 with the curvatures h and a centre c_i of its own. The
    gradient of a random example is h * w plus noise of mean 0, as in training with minibatches, and every
    number about it is known.

    Args:
        curvatures: h, shape (d,), each above 0.
        noise: standard deviation of a single example's gradient along each axis, exactly, over the n
        examples. n: how many examples, at least 2.
        seed: a whole number; the same seed gives the same centres.

    Attributes:
        curvatures: shape (d,).
        centers: shape (n, d).

    Raises:
        TypeError, ValueError: curvatures that are not all above 0, an n, noise or seed out of its range.

    >>> problem = NoisyQuadratic([1.0, 10.0], noise=2.0, n=64)
    >>> w = np.array([1.0, 1.0])
    >>> problem.grad(w).round(12)
    array([ 1., 10.])
    >>> np.std([problem.grad(w, [i]) for i in range(64)], axis=0).round(12)
    array([2., 2.])

    Source: the noisy quadratic of Schaul, Zhang and LeCun (2013), No more pesky learning rates.
    """

    def __init__(self, curvatures=(1.0,), noise=1.0, n=256, seed=0):
        self.curvatures = np.array(curvatures, dtype=float)
        if self.curvatures.ndim != 1 or not self.curvatures.size or not (self.curvatures > 0).all() \
                or not np.isfinite(self.curvatures).all():
            raise ValueError(f"curvatures: numbers above 0 in shape (d,) are needed, got {curvatures!r}")
        check_level("noise", noise)
        check_whole("n", n, least=2)
        check_whole("seed", seed, least=0)
        draws = np.random.default_rng(seed).normal(size=(n, self.curvatures.size))
        draws -= draws.mean(axis=0)
        self.centers = noise / self.curvatures * draws / draws.std(axis=0)

    def __len__(self):
        return len(self.centers)

    def loss(self, w, rows=slice(None)):
        """The mean loss of some examples (all if left out) at w: shape (..., d) to (...)."""
        offsets = np.asarray(w)[..., None, :] - self.centers[rows]
        return (self.curvatures * offsets**2).sum(axis=-1).mean(axis=-1) / 2

    def grad(self, w, rows=slice(None)):
        """The mean gradient of some examples (all if left out) at w: shape (..., d) to (..., d)."""
        return self.curvatures * (np.asarray(w) - self.centers[rows].mean(axis=0))

    def __repr__(self):
        return f"NoisyQuadratic(curvatures {self.curvatures.tolist()}, {len(self)} examples)"
