"""Averages of the weights along a run: often better than the last ones, and no cost to the run itself.

Each is told the params after a step, keeps arrays of its own, and changes nothing else:

>>> from optimlab.optim import SGD
>>> w = np.array([4.0])
>>> opt, average = SGD(w, lr=0.5), PolyakRuppert(w)
>>> for _ in range(3):
...     opt.step(w.copy())                                # w becomes 2, 1, 0.5
...     average.update()
>>> average.params[0].round(4)
array([1.1667])
"""

import contextlib

import numpy as np

from optimlab.optim import hyper
from optimlab.optim.options import whole
from optimlab.optim.settings import fits


def ema_update(avg, w, decay):
    """decay * avg + (1 - decay) * w, one step of an exponential moving average, as new arrays.

    >>> ema_update(np.array([1.0]), np.array([3.0]), 0.5)
    array([2.])
    """
    return decay * avg + (1 - decay) * w


def running_mean_update(avg, w, n):
    """avg + (w - avg) / (n + 1): the mean of n + 1 weights from the mean of the first n. New arrays.

    >>> running_mean_update(np.array([2.0]), np.array([5.0]), 2)
    array([3.])
    """
    return avg + (w - avg) / (n + 1)


class _Average:
    """What the averages share: the params they watch, arrays of their own, and how to save them."""

    def __init__(self, params):
        self._watched = [params] if isinstance(params, np.ndarray) else params
        if not isinstance(self._watched, (list, tuple)) or not all(
                isinstance(p, np.ndarray) and p.dtype.kind == "f" for p in self._watched):
            raise TypeError(f"params: a float array or a list of them is needed, got {params!r}")
        self._averages = [np.zeros_like(p) for p in self._watched]
        self.n_averaged = 0

    @contextlib.contextmanager
    def in_place(self):
        """Within `with average.in_place():` the model's params are the average; after it, its own again."""
        before = [p.copy() for p in self._watched]
        for p, average in zip(self._watched, self.params, strict=True):
            p[...] = average
        try:
            yield
        finally:
            for p, own in zip(self._watched, before, strict=True):
                p[...] = own

    def state_dict(self):
        """A copy of everything that a later run needs to go on."""
        return {"n_averaged": self.n_averaged, "averages": [a.copy() for a in self._averages]}

    def load_state_dict(self, saved):
        """Go on from `state_dict()`. Raises ValueError for another's or another shape's, changing nothing."""
        mine = self.state_dict()
        if not isinstance(saved, dict) or set(saved) != set(mine):
            raise ValueError(f"saved: a dict with {', '.join(mine)} is needed, got {type(saved).__name__}")
        shapes = [np.shape(a) for a in saved["averages"]]
        if shapes != [a.shape for a in self._averages]:
            raise ValueError(f"saved: averages of shapes {[a.shape for a in self._averages]} are needed, got "
                             f"{shapes}")
        for name, value in saved.items():
            if name == "averages":
                value = [np.array(a, dtype=p.dtype) for a, p in zip(value, self._watched, strict=True)]
                name = "_averages"
            setattr(self, name, value)


class EMA(_Average):
    """An exponential moving average of the weights.

        avg = decay * avg + (1 - decay) * w               from avg = 0
        params = avg / (1 - decay**n)                     after n updates: the correction forgets the 0

    Args:
        params: the array or list of arrays to watch, an optimizer's params.
        decay: how much an update keeps, in [0, 1); a number, a schedule of the updates from 0, or an array
            that broadcasts against every array of params. About the last 1 / (1 - decay) weights count.
        correction: as above. Without it the average starts at the first weights it is told, as torch's
            get_ema_multi_avg_fn does, and those count for longer than any.

    Attributes:
        params: the average, one array for each watched; before the first update the params themselves.
        n_averaged: how many updates there were.

    Raises:
        TypeError, ValueError: params that are no float arrays; a decay that is no number or out of range.

    >>> w = np.array([1.0])
    >>> average = EMA(w, decay=0.5)
    >>> for value in (1.0, 2.0, 4.0):
    ...     w[...] = value
    ...     average.update()                              # 1, then (1 + 2*2) / 3, then (1 + 2*2 + 4*4) / 7
    >>> average.params
    [array([3.])]

    With a schedule for decay the correction is 1 - the product of all decays. optax.ema has the same two
    forms.

    Sources: Ruppert (1988); Kingma and Ba (2015) for the correction.
    """

    def __init__(self, params, decay=0.999, correction=True):
        super().__init__(params)
        self.decay = hyper.check("decay", decay)
        self.correction = correction
        self.kept = 1.0
        for p in self._watched:
            if isinstance(self.decay, np.ndarray) and not fits(self.decay.shape, p.shape):
                raise ValueError(f"decay: an array of shape {self.decay.shape} does not broadcast to params "
                                 f"of shape {p.shape}")

    def update(self):
        """Take in the watched params as they are now."""
        decay = hyper.resolve("decay", self.decay, self.n_averaged)
        starts = self.n_averaged == 0 and not self.correction
        for i, w in enumerate(self._watched):
            self._averages[i] = w.copy() if starts else ema_update(self._averages[i], w, decay)
        self.kept = self.kept * decay
        self.n_averaged += 1

    @property
    def params(self):
        if self.n_averaged == 0:
            return [w.copy() for w in self._watched]
        if not self.correction:
            return [avg.copy() for avg in self._averages]
        return [avg / (1 - self.kept) for avg in self._averages]

    def state_dict(self):
        return {**super().state_dict(), "kept": self.kept}

    def __repr__(self):
        return f"EMA(decay={self.decay!r}, correction={self.correction!r}, n_averaged={self.n_averaged})"


class PolyakRuppert(_Average):
    """The mean of all weights from some update on: Polyak-Ruppert averaging, with its tail.

        avg = avg + (w - avg) / (n + 1)

    Args:
        params: the array or list of arrays to watch, an optimizer's params.
        start: how many updates to leave out first, at least 0, so that the way there does not count.

    Attributes:
        params: the average, one array for each watched; before the first update that counts the params
            themselves.
        n_averaged: how many weights are in it.

    Raises:
        TypeError, ValueError: params that are no float arrays; a start that is no whole number of at least 0.

    >>> w = np.array([9.0])
    >>> average = PolyakRuppert(w, start=1)
    >>> for value in (9.0, 2.0, 4.0):
    ...     w[...] = value
    ...     average.update()
    >>> average.params
    [array([3.])]

    For a convex loss, a step of constant length and this mean reach what a schedule reaches, at best.

    Sources: Ruppert (1988); Polyak and Juditsky (1992).
    """

    def __init__(self, params, start=0):
        super().__init__(params)
        self.start = whole("start", start, lowest=0)
        self.seen = 0

    def update(self):
        """Take in the watched params as they are now."""
        self.seen += 1
        if self.seen > self.start:
            for i, w in enumerate(self._watched):
                self._averages[i] = running_mean_update(self._averages[i], w, self.n_averaged)
            self.n_averaged += 1

    @property
    def params(self):
        return [a.copy() for a in (self._averages if self.n_averaged else self._watched)]

    def state_dict(self):
        return {**super().state_dict(), "seen": self.seen}

    def __repr__(self):
        return f"PolyakRuppert(start={self.start}, n_averaged={self.n_averaged})"


class SWA(_Average):
    """Stochastic weight averaging: the mean of the weights at the end of every cycle, late in a run.

    Call update() once an epoch, or at any other regular time; of these, `start`, `start + every`, ... count:

        avg = avg + (w - avg) / (n + 1)

    Meanwhile the learning rate stays high or goes round (schedules.cosine_restarts), so that the weights
    differ.

    Args:
        params: the array or list of arrays to watch, an optimizer's params.
        start: the first update that counts, from 0: usually at three quarters of the run.
        every: how many updates apart those that count are, at least 1: the length of a cycle.

    Attributes:
        params: the average, one array for each watched; before the first update that counts the params
            themselves.
        n_averaged: how many weights are in it; torch.optim.swa_utils.AveragedModel counts the same.

    Raises:
        TypeError, ValueError: params that are no float arrays; start or every that is no whole number in its
            range.

    >>> w = np.array([0.0])
    >>> average = SWA(w, start=1, every=2)
    >>> for value in (9.0, 2.0, 7.0, 4.0):
    ...     w[...] = value
    ...     average.update()                              # 2 and 4 count
    >>> average.params
    [array([3.])]

    A model with batch norm needs one more pass over the data afterwards, for the statistics of the averaged
    weights.

    Source: Izmailov, Podoprikhin, Garipov, Vetrov and Wilson (2018).
    """

    def __init__(self, params, start=0, every=1):
        super().__init__(params)
        self.start = whole("start", start, lowest=0)
        self.every = whole("every", every)
        self.seen = 0

    def update(self):
        """Take in the watched params as they are now, if it is their turn."""
        since, self.seen = self.seen - self.start, self.seen + 1
        if since >= 0 and since % self.every == 0:
            for i, w in enumerate(self._watched):
                self._averages[i] = running_mean_update(self._averages[i], w, self.n_averaged)
            self.n_averaged += 1

    @property
    def params(self):
        return [a.copy() for a in (self._averages if self.n_averaged else self._watched)]

    def state_dict(self):
        return {**super().state_dict(), "seen": self.seen}

    def __repr__(self):
        return f"SWA(start={self.start}, every={self.every}, n_averaged={self.n_averaged})"
