"""Walking down a landscape and keeping every point: descend() and its History."""

from dataclasses import dataclass, field

import numpy as np

# A run has diverged once its loss is this many times its first loss (and above this number itself, for
# runs that start near zero), or is not finite: what follows would only be overflow.
DIVERGED = 1e10


@dataclass
class History:
    """What happened, step by step. Index 0 is the start, before any step.

    Attributes:
        params: the points, shape (steps + 1, *batch, n).
        loss: shape (steps + 1, *batch).
        grad_norm: length of the gradient, shape (steps + 1, *batch).
        lr: the learning rate that each step used, shape (steps, ...).
        diverged_at: the step at which each run left, shape batch, -1 where it did not. After that
            step params and loss are nan.
        target: the points that distance is measured to, shape (k, n).
    """

    params: np.ndarray
    loss: np.ndarray
    grad_norm: np.ndarray
    lr: np.ndarray
    diverged_at: np.ndarray
    target: np.ndarray = field(repr=False, default=None)

    @property
    def steps(self):
        """How many steps were taken."""
        return len(self.params) - 1

    @property
    def diverged(self):
        """Whether each run left: a bool, or an array of them for a batch."""
        return _plain(self.diverged_at >= 0)

    @property
    def distance(self):
        """Distance to the nearest of the target points, shape (steps + 1, *batch)."""
        if self.target is None:
            raise ValueError("history: distance needs a landscape with known minima; this run had a gradient "
                             "function")
        offsets = self.params[..., None, :] - self.target
        return np.linalg.norm(offsets, axis=-1).min(axis=-1)

    def steps_to(self, tol, by="distance"):
        """The first step at which the distance, or by="loss" the loss, is at most tol times its start.

        Returns an int, or for a batch an array; -1 where it was never reached.

        Raises:
            ValueError: a ruler that is neither "distance" nor "loss".
        """
        rulers = {"distance": lambda: self.distance, "loss": lambda: self.loss}
        if by not in rulers:
            raise ValueError(f"by: 'distance' or 'loss' is needed, got {by!r}")
        measured = rulers[by]()
        with np.errstate(invalid="ignore"):
            reached = measured <= tol * measured[0]
        return _plain(np.where(reached.any(axis=0), reached.argmax(axis=0), -1))

    def __repr__(self):
        runs = "" if self.loss.ndim == 1 else f"{self.loss[0].size} runs of "
        left = int(np.sum(self.diverged_at >= 0))
        fate = "" if not left else f", diverged at step {int(self.diverged_at)}" if self.loss.ndim == 1 \
            else f", {left} diverged"
        loss = "" if self.loss.ndim > 1 else f", loss {self.loss[0]:.3g} to {self._last_loss():.3g}"
        return f"History({runs}{self.steps} steps{loss}{fate})"

    def _last_loss(self):
        finite = self.loss[np.isfinite(self.loss)]
        return finite[-1] if len(finite) else np.nan


def descend(landscape, optimizer, steps):
    """Let an optimizer walk down a landscape.

    Args:
        landscape: a Landscape, or your own gradient function: points (..., n) to gradients (..., n).
            With a function alone the loss is unknown (nan) and divergence is judged by the gradient.
        optimizer: made with the start point, shape (n,), or a batch of them, shape (..., n). Its params
            are where the walk ends; a run that diverges stays at the last point it reached.
        steps: how many, at least 0.

    Returns:
        History, with the start at index 0.

    Raises:
        TypeError, ValueError: an optimizer that holds several arrays, a gradient of a wrong shape,
            steps that is no whole number.

    >>> from optimlab import SGD, landscapes
    >>> history = descend(landscapes.valley(10), SGD(np.array([1.0, 1.0]), lr=0.21), steps=400)
    >>> history
    History(400 steps, loss 5.5 to 6.29e+10, diverged at step 122)
    """
    value, grad, target = _parts(landscape)
    if len(optimizer.params) != 1:
        raise ValueError(f"optimizer: one array of params is needed, got {len(optimizer.params)}")
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
        raise ValueError(f"steps: a whole number of at least 0 is needed, got {steps!r}")
    p = optimizer.params[0]
    batch = p.shape[:-1]
    params = np.full((steps + 1, *p.shape), np.nan, p.dtype)
    loss, grad_norm = np.full((steps + 1, *batch), np.nan), np.full((steps + 1, *batch), np.nan)
    lr, diverged_at, gone = [], np.full(batch, -1), np.zeros(batch, bool)

    def look():
        return value(p), _gradient(grad, p, optimizer.t)

    with np.errstate(all="ignore"):
        for t in range(steps + 1):
            loss_t, g = look()
            norm_t = np.sqrt(np.vecdot(g, g))
            params[t], loss[t], grad_norm[t] = p, loss_t, norm_t
            ruler = norm_t if value is _unknown else loss_t
            if t == 0:
                limit = DIVERGED * np.maximum(np.abs(ruler), 1)
            fine = (np.abs(ruler) <= limit) & (norm_t < np.inf)
            if not fine.all():
                _refuse_nan(~gone & np.isnan(ruler + norm_t), p, t)
                params[t, gone], loss[t, gone], grad_norm[t, gone] = np.nan, np.nan, np.nan
                diverged_at[~gone & ~fine] = t
                gone |= ~fine
                if gone.all():
                    break
                g, stopped = np.where(gone[..., None], 0, g), p[gone]
            if t == steps:
                break
            lr.append(optimizer.now("lr"))
            optimizer.step(g, closure=look)
            if not fine.all():
                p[gone] = stopped
    return History(params, loss, grad_norm, np.array(lr), diverged_at, target)


def _parts(landscape):
    """(value, grad, target) of a landscape or of a bare gradient function."""
    if hasattr(landscape, "value") and hasattr(landscape, "grad"):
        return landscape.value, landscape.grad, getattr(landscape, "minima", None)
    if callable(landscape):
        return _unknown, landscape, None
    raise TypeError(f"landscape: a Landscape or a gradient function is needed, got {landscape!r}")


def _unknown(x):
    return np.full(x.shape[:-1], np.nan)


def _gradient(grad, p, t):
    g = np.asarray(grad(p.copy()))
    if g.shape != p.shape:
        raise ValueError(f"landscape: its gradient at step {t} needs shape {p.shape}, that of params, "
                         f"got {g.shape}")
    return g.astype(p.dtype, copy=False)


def _refuse_nan(missing, p, t):
    """A nan is divergence where the point itself has run away, and elsewhere a fault of the landscape."""
    near = p[missing & (np.abs(p).max(axis=-1, initial=0) <= DIVERGED)]
    if len(near):
        raise ValueError(f"landscape: its loss or gradient is nan at step {t}, at the point {near[0]}")


def _plain(x):
    """A Python number for a single run, the array for a batch."""
    return x if np.ndim(x) else np.asarray(x).item()
