"""L-BFGS: Newton's direction from the last few steps and gradients, with a line search."""

import functools
from collections import namedtuple

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.closures import look
from optimlab.optim.hyper import option
from optimlab.optim.options import whole
from optimlab.optim.settings import part, single, single_of_all

# A point on the line that is searched: how far along it, the loss, the gradient, and the slope of the line.
Point = namedtuple("Point", "t loss grad slope")


class LBFGS(Optimizer):
    """Limited-memory BFGS, as in PyTorch. One call of step() makes up to max_iter iterations:

        s = the last change of w,  y = the last change of its gradient g        kept if y.s > 1e-10
        d = -H g        H from the last history_size pairs (s, y), from (y.s / y.y) I; see `direction`
        w = w + t * d   t = lr, or found by the line search; min(1, 1 / ||g||_1) * lr in the first iteration

    The losses and gradients come from the closure, for all arrays of params together.

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: the step length along d, or the first that the line search tries; at least 0.
        max_iter: how many iterations in one call of step(), at least 1.
        max_eval: how many calls of the closure in one call of step(); None is max_iter * 5 // 4.
        tolerance_grad: stop when no element of g is larger, at least 0.
        tolerance_change: stop when neither w nor the loss changes by more, at least 0.
        history_size: how many pairs to keep, at least 1.
        line_search_fn: None, or "strong_wolfe": a t at which the loss has fallen enough and its slope is
            small.

    State: for each array d and prev_grad, of its shape; old_dirs (y) and old_stps (s), of the shape
    (history_size, *its shape), the first n_old of them in use; and the same in all arrays' states, as arrays
    without axes: t, H_diag, n_old, n_iter and func_evals (calls of the closure so far).

    Raises:
        TypeError, ValueError: see Optimizer; TypeError for a step without a closure `() -> (loss, grads)`, or
            with one that returns something else. Nothing has changed then.

    >>> w = np.array([-1.2, 1.0])
    >>> def closure():                                    # Rosenbrock's valley
    ...     a, b = 1 - w[0], w[1] - w[0] ** 2
    ...     return a**2 + 100 * b**2, np.array([-2 * a - 400 * w[0] * b, 200 * b])
    >>> opt = LBFGS(w, max_iter=100, line_search_fn="strong_wolfe")
    >>> opt.step(closure=closure)
    >>> w.round(4)
    array([1., 1.])

    A batch of settings is run one after the other, each with its own line search; the closure then returns
    one loss for each, in an array of the shape of the batch.

    Sources: Liu and Nocedal (1989); Nocedal and Wright (2006), algorithms 3.5, 3.6 and 7.4; Schmidt (2005),
    minFunc.
    """

    elementwise = False
    together = True

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9,
                 history_size=100, line_search_fn=None):
        self.max_iter = whole("max_iter", max_iter)
        self.max_eval = self.max_iter * 5 // 4 if max_eval is None else whole("max_eval", max_eval)
        self.history_size = whole("history_size", history_size)
        self.line_search_fn = option("line_search_fn", line_search_fn, None, "strong_wolfe")
        super().__init__(params, lr=lr, tolerance_grad=tolerance_grad, tolerance_change=tolerance_change)

    def init(self, p):
        arrays = {name: np.zeros(p.shape, p.dtype) for name in ("d", "prev_grad")}
        shape = (self.history_size, *p.shape)
        history = {name: np.zeros(shape, p.dtype) for name in ("old_dirs", "old_stps")}
        numbers = {name: np.zeros(()) for name in ("t", "H_diag", "n_old", "n_iter", "func_evals")}
        return {**arrays, **history, **numbers}

    def step(self, grads=None, closure=None):
        """Up to max_iter iterations.

        Args:
            grads: not needed, the closure is asked; checked if it is given.
            closure: `() -> (loss, grads)` at the present params.
        """
        if grads is not None:
            self._check_grads(grads)
        values = self._values()
        here = [p.copy() for p in self.params]
        found = []
        try:
            for index, (ps, _, states, numbers) in self._by_setting(values):
                ask = functools.partial(self._ask, closure, index)
                found.append((states, self._search(ps, states, ask, **numbers)))
        except BaseException:
            for p, start in zip(self.params, here, strict=True):
                p[...] = start
            raise
        for states, memory in found:
            for state, new in zip(states, memory, strict=True):
                for name, value in new.items():
                    state[name][...] = value
        self.t += 1

    def _by_setting(self, values):
        """(index, views) of each setting; the index is empty where there is only one."""
        if not self.params:
            return
        pieces = single_of_all(self.params, self.params, self.state, values)
        for (index, _), piece in zip(single(self.params[0], values), pieces, strict=True):
            yield index if self._axes[0] else (), piece

    def _ask(self, closure, index):
        """The loss and the flat gradient of one setting at the present params."""
        loss, grads = look(self, closure, finite=False)
        i = tuple(k for k in index if not isinstance(k, slice))
        if np.ndim(loss) != len(i):
            raise ValueError(f"closure: a loss with {len(i)} axes is needed, one number for each setting, it "
                             f"returned shape {np.shape(loss)}")
        return float(np.asarray(loss)[i]), _flat([part(g, index) if index else g for g in grads])

    def _search(self, params, states, ask, lr, tolerance_grad, tolerance_change):
        """Move params through up to max_iter iterations; return what each array's state becomes."""
        d, g_before = _flat([s["d"] for s in states]), _flat([s["prev_grad"] for s in states])
        t, H_diag, n_old, n_iter, evals = (
            float(states[0][name]) for name in ("t", "H_diag", "n_old", "n_iter", "func_evals"))
        ys = [_flat([s["old_dirs"][i] for s in states]) for i in range(int(n_old))]
        ss = [_flat([s["old_stps"][i] for s in states]) for i in range(int(n_old))]

        loss, g = ask()
        calls = 1
        iteration = 0
        while iteration < self.max_iter and np.abs(g).max(initial=0) > tolerance_grad:
            iteration += 1
            n_iter += 1
            if n_iter == 1:
                d, H_diag = -g, 1.0
            else:
                y, s = g - g_before, d * t
                if y @ s > 1e-10:
                    ys, ss = [*ys, y][-self.history_size:], [*ss, s][-self.history_size:]
                    H_diag = float((y @ s) / (y @ y))
                d = direction(g, ys, ss, H_diag)
            g_before, loss_before = g, loss
            t = min(1.0, 1.0 / float(np.abs(g).sum())) * lr if n_iter == 1 else lr
            slope = float(g @ d)
            if slope > -tolerance_change:
                break

            x = [p.copy() for p in params]
            if self.line_search_fn == "strong_wolfe":
                def at(t, x=x, d=d):
                    _place(params, x, t, d)
                    loss, g = ask()
                    return Point(t, loss, g, float(g @ d))
                start = Point(0.0, loss, g, slope)
                (t, loss, g, _), more = strong_wolfe(at, t, start, float(np.abs(d).max()), tolerance_change,
                                                     self.max_eval - calls)
                calls += more
                _place(params, x, t, d)
            else:
                _place(params, x, t, d)
                # In a noisy problem the gradient after the last iteration is of no use to the next step.
                if iteration < self.max_iter:
                    loss, g = ask()
                    calls += 1
            if calls >= self.max_eval or np.abs(d * t).max() <= tolerance_change:
                break
            if abs(loss - loss_before) < tolerance_change:
                break

        numbers = {"t": t, "H_diag": H_diag, "n_old": len(ys), "n_iter": n_iter, "func_evals": evals + calls}
        memory = [dict(numbers) for _ in states]
        for name, flat in (("d", d), ("prev_grad", g_before)):
            for state, share in zip(memory, _shares(flat, params), strict=True):
                state[name] = share
        for name, flats in (("old_dirs", ys), ("old_stps", ss)):
            for state, before in zip(memory, states, strict=True):
                state[name] = before[name].copy()
            for i, flat in enumerate(flats):
                for state, share in zip(memory, _shares(flat, params), strict=True):
                    state[name][i] = share
        return memory


def direction(g, ys, ss, H_diag):
    """-H g by the two loops of L-BFGS, where H is made from the pairs (s, y), the oldest first.

    >>> direction(np.array([1.0, 2.0]), [np.array([0.0, 4.0])], [np.array([0.0, 1.0])], 1.0)
    array([-1. , -0.5])
    """
    q = -g
    alphas = []
    for y, s in zip(reversed(ys), reversed(ss), strict=True):
        alpha = (s @ q) / (y @ s)
        q = q - alpha * y
        alphas.append(alpha)
    d = H_diag * q
    for y, s, alpha in zip(ys, ss, reversed(alphas), strict=True):
        d = d + (alpha - (y @ d) / (y @ s)) * s
    return d


def strong_wolfe(at, t, start, size, tolerance_change, max_ls, c1=1e-4, c2=0.9):
    """Search a line for a point whose loss is low enough and whose slope is small enough.

        loss <= start.loss + c1 * t * start.slope         and         |slope| <= -c2 * start.slope

    Args:
        at: t -> Point.
        t: where to look first.
        start: the Point at 0.
        size: the largest element of the direction, to know when the bracket has become too small to matter.
        tolerance_change: the smallest bracket, in units of params.
        max_ls: look at most so often.

    Returns:
        the best Point, and how often it looked.
    """
    previous, new, looks, tries = start, at(t), 1, 0
    done = False
    while tries < max_ls:
        if new.loss > start.loss + c1 * new.t * start.slope or (tries > 1 and new.loss >= previous.loss):
            bracket = [previous, new]
            break
        if abs(new.slope) <= -c2 * start.slope:
            bracket, done = [new, new], True
            break
        if new.slope >= 0:
            bracket = [previous, new]
            break
        t = cubic(previous, new, new.t + 0.01 * (new.t - previous.t), new.t * 10)
        previous, new = new, at(t)
        looks += 1
        tries += 1
    else:
        bracket = [start, new]

    # The bracket holds such a point. Make it smaller from within.
    low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
    slow = False
    while not done and tries < max_ls:
        left, right = sorted(point.t for point in bracket)
        if (right - left) * size < tolerance_change:
            break
        t = cubic(*bracket, left, right)
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            if slow or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                slow = False
            else:
                slow = True
        else:
            slow = False
        new = at(t)
        looks += 1
        tries += 1
        if new.loss > start.loss + c1 * t * start.slope or new.loss >= bracket[low].loss:
            bracket[high] = new
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
        else:
            if abs(new.slope) <= -c2 * start.slope:
                done = True
            elif new.slope * (bracket[high].t - bracket[low].t) >= 0:
                bracket[high] = bracket[low]
            bracket[low] = new
    return bracket[low], looks


def cubic(one, two, lowest, highest):
    """Where the cubic through two Points, with their slopes, is lowest, kept between two bounds.

    >>> cubic(Point(0, 1, None, -2), Point(2, 1, None, 2), 0, 2)       # (t - 1)**2
    1.0
    """
    if one.t > two.t:
        one, two = two, one
    d1 = one.slope + two.slope - 3 * (one.loss - two.loss) / (one.t - two.t)
    square = d1**2 - one.slope * two.slope
    if not square >= 0:
        return (lowest + highest) / 2
    d2 = square**0.5
    t = two.t - (two.t - one.t) * ((two.slope + d2 - d1) / (two.slope - one.slope + 2 * d2))
    return min(max(t, lowest), highest)


def _flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def _shares(flat, params):
    """The parts of a flat array, each in the shape of its array of params."""
    cuts = np.cumsum([p.size for p in params])[:-1]
    return [part.reshape(p.shape) for part, p in zip(np.split(flat, cuts), params, strict=True)]


def _place(params, x, t, d):
    """Put params at x + t * d."""
    for p, start, share in zip(params, x, _shares(d, params), strict=True):
        p[...] = start + t * share
