"""Test functions with known gradients, Hessians and minima: places to watch an optimizer walk.

Every landscape takes points of shape (..., n): the last axis holds the coordinates, the axes before it
are a batch, so that a thousand walkers cost one call.
"""

import numpy as np


class Landscape:
    """A function of a point, with all that a lesson wants to know about it.

    Attributes:
        name: what to call it.
        minima: the global minima, shape (k, n).
        view: ((low, high), (low, high)), the part worth drawing.
    """

    name = "landscape"
    minima = np.zeros((1, 2))
    view = ((-2.0, 2.0), (-2.0, 2.0))

    def value(self, x):
        """f(x): shape (..., n) to (...)."""
        raise NotImplementedError

    def grad(self, x):
        """The gradient: shape (..., n) to (..., n)."""
        raise NotImplementedError

    def hess(self, x):
        """The Hessian: shape (..., n) to (..., n, n)."""
        raise NotImplementedError

    def __call__(self, x):
        return self.value(x)

    @property
    def n(self):
        """The number of coordinates."""
        return self.minima.shape[-1]

    @property
    def lowest(self):
        """The value at the global minima."""
        return float(self.value(self.minima[0]))

    def points(self, x):
        """x as a float array of points, checked. Raises ValueError where the last axis is not n long."""
        x = np.asarray(x)
        if x.dtype.kind != "f":
            x = x.astype(float)
        if x.ndim == 0 or x.shape[-1] != self.n:
            raise ValueError(f"x: {self.name} takes points with {self.n} coordinates in the last axis, "
                             f"got shape {x.shape}")
        return x

    def __repr__(self):
        return self.name


class Quadratic(Landscape):
    """A bowl, f(x) = (x - center)' A (x - center) / 2, the landscape on which everything can be worked out.

    Args:
        curvatures: the eigenvalues of A, one for each coordinate, any sign.
        rotation: angle in radians by which the first two axes are turned.
        center: the point where the gradient is zero; the origin if left out.

    Attributes:
        A: the matrix, shape (n, n). L and mu: its largest and smallest eigenvalue. kappa: L / mu.

    Raises:
        ValueError: curvatures or center of a wrong shape, a matrix that is not symmetric.

    >>> bowl = Quadratic((1, 10))
    >>> float(bowl.value([1.0, 1.0])), bowl.grad([1.0, 1.0]), bowl.kappa
    (5.5, array([ 1., 10.]), 10.0)
    """

    def __init__(self, curvatures=(1, 10), rotation=0.0, center=None):
        curvatures = np.asarray(curvatures, dtype=float)
        if curvatures.ndim != 1 or not np.isfinite(curvatures).all():
            raise ValueError(f"curvatures: a list of finite numbers is needed, got {curvatures!r}")
        A = np.diag(curvatures)
        if rotation:
            if len(curvatures) < 2:
                raise ValueError("rotation: needs at least two curvatures to turn")
            Q = np.eye(len(curvatures))
            Q[:2, :2] = [[np.cos(rotation), -np.sin(rotation)], [np.sin(rotation), np.cos(rotation)]]
            A = Q @ A @ Q.T
        self._build(A, curvatures, center)

    @classmethod
    def from_matrix(cls, A, b=None):
        """f(x) = x' A x / 2 - b' x (up to a constant that makes the lowest value 0), A symmetric.

        >>> Quadratic.from_matrix([[2.0, 0.0], [0.0, 4.0]], b=[2.0, 4.0]).minima
        array([[1., 1.]])
        """
        A = np.asarray(A, dtype=float)
        if A.ndim != 2 or A.shape[0] != A.shape[1] or not np.allclose(A, A.T):
            raise ValueError(f"A: a symmetric square matrix is needed, got shape {A.shape}"
                             + ("" if A.ndim != 2 or A.shape[0] != A.shape[1] else " that is not symmetric"))
        quadratic = cls.__new__(cls)
        center = None if b is None else np.linalg.solve(A, np.asarray(b, dtype=float))
        quadratic._build(A, np.linalg.eigvalsh(A), center)
        return quadratic

    def _build(self, A, curvatures, center):
        n = len(A)
        center = np.zeros(n) if center is None else np.asarray(center, dtype=float)
        if center.shape != (n,):
            raise ValueError(f"center: shape {(n,)} is needed, got {center.shape}")
        self.A, self.curvatures, self.minima = A, curvatures, center[None]
        self._diagonal = np.diag(A).copy() if not np.any(A - np.diag(np.diag(A))) else None
        self.mu, self.L = float(curvatures.min()), float(curvatures.max())
        first = ", ".join(f"{h:g}" for h in curvatures[:4])
        self.name = f"quadratic with curvatures {first}{', ...' if n > 4 else ''}"
        self.view = tuple((c - 1.3, c + 1.3) for c in center[:2])

    @property
    def kappa(self):
        """The condition number, largest over smallest curvature."""
        return self.L / self.mu

    def value(self, x):
        offset = self._offset(x)
        return np.vecdot(offset, self._times_A(offset)) / 2

    def grad(self, x):
        return self._times_A(self._offset(x))

    def _offset(self, x):
        x = self.points(x)
        return x - self.minima[0] if self.minima.any() else x

    def _times_A(self, offset):
        return offset * self._diagonal if self._diagonal is not None else offset @ self.A

    def hess(self, x):
        return np.broadcast_to(self.A, (*self.points(x).shape, self.n)).copy()


def valley(kappa):
    """The course's ruler: f(x) = (x1^2 + kappa x2^2) / 2, flat along x1 and steep along x2."""
    return Quadratic((1, kappa))


class Rosenbrock(Landscape):
    """A curved valley, (a - x1)^2 + b (x2 - x1^2)^2, easy to enter and slow to follow (Rosenbrock 1960).

    >>> float(Rosenbrock().value([1.0, 1.0]))
    0.0
    """

    name = "Rosenbrock"
    view = ((-2.0, 2.0), (-1.0, 3.0))

    def __init__(self, a=1.0, b=100.0):
        self.a, self.b = a, b
        self.minima = np.array([[a, a * a]])

    def value(self, x):
        x = self.points(x)
        return (self.a - x[..., 0]) ** 2 + self.b * (x[..., 1] - x[..., 0] ** 2) ** 2

    def grad(self, x):
        x = self.points(x)
        rise = x[..., 1] - x[..., 0] ** 2
        along = -2 * (self.a - x[..., 0]) - 4 * self.b * x[..., 0] * rise
        return np.stack([along, 2 * self.b * rise], axis=-1)

    def hess(self, x):
        x = self.points(x)
        across = -4 * self.b * x[..., 0]
        first = 2 - 4 * self.b * (x[..., 1] - 3 * x[..., 0] ** 2)
        return _matrix(first, across, 2 * self.b + 0 * across)


class Beale(Landscape):
    """Flat plains, steep corners and a narrow valley (Beale 1958); f = sum of (c_k - x1 + x1 x2^k)^2."""

    name = "Beale"
    minima = np.array([[3.0, 0.5]])
    view = ((-4.5, 4.5), (-4.5, 4.5))

    def _residuals(self, x):
        """k, x1, x2, x2^k, x2^(k-1) and the residual, for k = 1, 2, 3."""
        x = self.points(x)
        a, b = x[..., 0], x[..., 1]
        powers = np.ones_like(b), b, b**2, b**3
        for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)):
            yield k, a, b, powers[k], powers[k - 1], c - a + a * powers[k]

    def value(self, x):
        return sum(r**2 for *_, r in self._residuals(x))

    def grad(self, x):
        terms = [np.stack([2 * r * (power - 1), 2 * r * a * k * lower], axis=-1)
                 for k, a, _, power, lower, r in self._residuals(x)]
        return sum(terms)

    def hess(self, x):
        terms = []
        for k, a, b, power, lower, r in self._residuals(x):
            da, db, dab = power - 1, a * k * lower, k * lower
            dbb = a * k * (k - 1) * b ** max(k - 2, 0)
            terms.append(_matrix(2 * da**2, 2 * (da * db + r * dab), 2 * (db**2 + r * dbb)))
        return sum(terms)


class Himmelblau(Landscape):
    """Four equally deep minima, (x1^2 + x2 - 11)^2 + (x1 + x2^2 - 7)^2 (Himmelblau 1972)."""

    name = "Himmelblau"
    minima = np.array([[3.0, 2.0], [-2.805118086952745, 3.131312518250573],
                       [-3.779310253377747, -3.283185991286170], [3.584428340330492, -1.848126526964404]])
    view = ((-5.0, 5.0), (-5.0, 5.0))

    def value(self, x):
        x = self.points(x)
        return (x[..., 0] ** 2 + x[..., 1] - 11) ** 2 + (x[..., 0] + x[..., 1] ** 2 - 7) ** 2

    def grad(self, x):
        x = self.points(x)
        p, q = x[..., 0] ** 2 + x[..., 1] - 11, x[..., 0] + x[..., 1] ** 2 - 7
        return np.stack([4 * x[..., 0] * p + 2 * q, 2 * p + 4 * x[..., 1] * q], axis=-1)

    def hess(self, x):
        x = self.points(x)
        a, b = x[..., 0], x[..., 1]
        return _matrix(12 * a**2 + 4 * b - 42, 4 * (a + b), 4 * a + 12 * b**2 - 26)


class Rastrigin(Landscape):
    """A bowl with a grid of dents, 10 n + sum of x_i^2 - 10 cos(2 pi x_i) (Rastrigin 1974)."""

    name = "Rastrigin"
    view = ((-5.12, 5.12), (-5.12, 5.12))

    def __init__(self, n=2):
        self.minima = np.zeros((1, n))

    def value(self, x):
        x = self.points(x)
        return np.sum(10 + x**2 - 10 * np.cos(2 * np.pi * x), axis=-1)

    def grad(self, x):
        x = self.points(x)
        return 2 * x + 20 * np.pi * np.sin(2 * np.pi * x)

    def hess(self, x):
        x = self.points(x)
        return (2 + 40 * np.pi**2 * np.cos(2 * np.pi * x))[..., None] * np.eye(self.n)


class Saddle(Landscape):
    """A pass between two peaks: f = (x1^2 - x2^2) / 2 + x2^4 / 4, up along x1, down along x2 at first.

    The origin is the saddle, with curvatures 1 and -1; the minima lie at (0, -1) and (0, 1).
    """

    name = "saddle"
    minima = np.array([[0.0, -1.0], [0.0, 1.0]])
    view = ((-1.8, 1.8), (-1.8, 1.8))

    def value(self, x):
        x = self.points(x)
        return (x[..., 0] ** 2 - x[..., 1] ** 2) / 2 + x[..., 1] ** 4 / 4

    def grad(self, x):
        x = self.points(x)
        return np.stack([x[..., 0], x[..., 1] ** 3 - x[..., 1]], axis=-1)

    def hess(self, x):
        x = self.points(x)
        return _matrix(1 + 0 * x[..., 0], 0 * x[..., 0], 3 * x[..., 1] ** 2 - 1)


class TwoWell(Landscape):
    """Two basins of unequal depth, f = (x1^2 - 1)^2 + tilt x1 + x2^2: a local and a global minimum.

    Raises:
        ValueError: a tilt of 1.5 or more in size, where the second basin is gone.
    """

    name = "two wells"
    view = ((-1.8, 1.8), (-1.3, 1.3))

    def __init__(self, tilt=0.3):
        if not abs(tilt) < 1.5:
            raise ValueError("tilt: a number between -1.5 and 1.5 is needed, or there is one well, "
                             f"got {tilt:g}")
        self.tilt = tilt
        flat = np.sort(np.roots([4, 0, -4, tilt]).real)
        lowest = sorted((flat[0], flat[2]), key=lambda a: (a**2 - 1) ** 2 + tilt * a)
        self.minima = np.array([[lowest[0], 0.0]])
        self.local_minimum = np.array([lowest[1], 0.0])

    def value(self, x):
        x = self.points(x)
        return (x[..., 0] ** 2 - 1) ** 2 + self.tilt * x[..., 0] + x[..., 1] ** 2

    def grad(self, x):
        x = self.points(x)
        return np.stack([4 * x[..., 0] * (x[..., 0] ** 2 - 1) + self.tilt, 2 * x[..., 1]], axis=-1)

    def hess(self, x):
        x = self.points(x)
        return _matrix(12 * x[..., 0] ** 2 - 4, 0 * x[..., 0], 2 + 0 * x[..., 0])


class Plateau(Landscape):
    """A hole in a plain, f = 1 - exp(-||x||^2 / 2): far out the gradient fades to nothing.

    >>> float(Plateau().grad([5.0, 0.0])[0]) < 2e-5
    True
    """

    name = "plateau"
    view = ((-4.0, 4.0), (-4.0, 4.0))

    def __init__(self, n=2):
        self.minima = np.zeros((1, n))

    def value(self, x):
        x = self.points(x)
        return -np.expm1(-np.vecdot(x, x) / 2)

    def grad(self, x):
        x = self.points(x)
        return x * np.exp(-np.vecdot(x, x) / 2)[..., None]

    def hess(self, x):
        x = self.points(x)
        height = np.exp(-np.vecdot(x, x) / 2)[..., None, None]
        return height * (np.eye(self.n) - x[..., :, None] * x[..., None, :])


def _matrix(first, across, second):
    """Symmetric 2 x 2 matrices from their three entries."""
    return np.stack([np.stack([first, across], axis=-1), np.stack([across, second], axis=-1)], axis=-2)
