"""Schedules: a learning rate, or any other hyper-parameter, as a function of the step.

Each function here makes a schedule, `step -> value`, to be given in the place of a number:

>>> import numpy as np
>>> from optimlab.optim import SGD
>>> SGD(np.zeros(2), lr=warmup(cosine(0.1, T_max=1000), steps=100))
SGD(lr=warmup(cosine(0.1, T_max=1000, eta_min=0), steps=100, start=None), momentum=0, dampening=0,
    weight_decay=0, nesterov=False)

Steps count from 0. A schedule with an end keeps its last value after it. `lr` may be an array, one value for
each setting of a batch. Only ReduceOnPlateau remembers anything.

Names are PyTorch's; where optax or a paper counts otherwise, the docstring says so.
"""

import functools
import inspect
import math
from numbers import Real

import numpy as np


class Schedule:
    """A function of the step that shows how it was made."""

    def __init__(self, value, text):
        self._value = value
        self._text = text

    def __call__(self, step):
        """The value at a step, which counts from 0."""
        return self._value(step)

    def __repr__(self):
        return self._text


def _schedule(make):
    """Turn a function that returns `step -> value` into one that returns a Schedule."""

    @functools.wraps(make)
    def wrapper(*args, **kwargs):
        bound = inspect.signature(make).bind(*args, **kwargs)
        bound.apply_defaults()
        first, *rest = bound.arguments.items()
        words = [_show(first[1]), *(f"{name}={_show(value)}" for name, value in rest)]
        return Schedule(make(*args, **kwargs), f"{make.__name__}({', '.join(words)})")

    return wrapper


@_schedule
def constant(lr):
    """The same value for ever.

    >>> constant(0.1)(500)
    0.1
    """
    _check_numbers(lr=lr)
    return lambda step: lr


@_schedule
def step(lr, every, gamma=0.1):
    """lr * gamma**(step // every): a drop every so many steps. torch's StepLR.

    Args:
        lr: the first value.
        every: how many steps between drops, at least 1; torch calls it step_size.
        gamma: the factor of each drop.

    >>> schedule = step(1.0, every=30, gamma=0.5)
    >>> [schedule(t) for t in (0, 29, 30, 60)]
    [1.0, 1.0, 0.5, 0.25]
    """
    _check_numbers(lr=lr, gamma=gamma)
    _check_steps(every=every)
    return lambda step: lr * gamma ** (step // every)


@_schedule
def multi_step(lr, milestones, gamma=0.1):
    """lr * gamma**(how many milestones have been reached). torch's MultiStepLR.

    Args:
        lr: the first value.
        milestones: the steps from which the next value counts, in rising order.
        gamma: the factor of each drop.

    >>> schedule = multi_step(1.0, milestones=[30, 80], gamma=0.5)
    >>> [schedule(t) for t in (0, 29, 30, 80)]
    [1.0, 1.0, 0.5, 0.25]
    """
    _check_numbers(lr=lr, gamma=gamma)
    steps = tuple(milestones)
    _check_steps(**{f"milestones[{i}]": milestone for i, milestone in enumerate(steps)})
    if list(steps) != sorted(steps):
        raise ValueError(f"milestones: steps in rising order are needed, got {milestones!r}")
    return lambda step: lr * gamma ** sum(step >= milestone for milestone in steps)


@_schedule
def exponential(lr, gamma):
    """lr * gamma**step. torch's ExponentialLR; optax's exponential_decay is gamma = decay_rate**(1 / its
    steps).

    >>> exponential(1.0, gamma=0.5)(3)
    0.125
    """
    _check_numbers(lr=lr, gamma=gamma)
    return lambda step: lr * gamma**step


@_schedule
def inverse_time(lr, decay):
    """lr / (1 + decay * step): the rate of Robbins and Monro (1951), whose sum is infinite and whose sum of
    squares is not. At decay = lr * curvature it is the best for a noisy quadratic.

    >>> inverse_time(1.0, decay=0.5)(2)
    0.5
    """
    _check_numbers(lr=lr, decay=decay)
    return lambda step: lr / (1 + decay * step)


@_schedule
def inverse_sqrt(lr, timescale=1):
    """lr / sqrt(1 + step / timescale).

    With timescale 1 it is lr / sqrt(t) for t counted from 1. After a warm-up of as many steps as its
    timescale it is the schedule of the Transformer (Vaswani and others 2017): lr * sqrt(timescale / step).

    >>> warmup(inverse_sqrt(1.0, timescale=100), steps=100)(400)
    0.5
    """
    _check_numbers(lr=lr)
    _check_positive(timescale=timescale)
    return lambda step: lr / (1 + step / timescale) ** 0.5


@_schedule
def polynomial(lr, total_iters, power=1.0, end=0.0):
    """end + (lr - end) * (1 - step / total_iters)**power, then end. torch's PolynomialLR; optax's
    polynomial_schedule.

    Args:
        lr: the value at step 0.
        total_iters: the step at which it ends, at least 1.
        power: 1 is a straight line; more falls faster at first.
        end: the last value.

    >>> schedule = polynomial(1.0, total_iters=4, power=2)
    >>> [schedule(t) for t in (0, 1, 2, 4, 9)]
    [1.0, 0.5625, 0.25, 0.0, 0.0]
    """
    _check_numbers(lr=lr, power=power, end=end)
    _check_steps(total_iters=total_iters)
    return lambda step: _between(end, lr, max(0, 1 - step / total_iters) ** power)


@_schedule
def linear(start, end, total_iters):
    """A straight line from start at step 0 to end at step total_iters, then end.

    torch's LinearLR has lr * start_factor and lr * end_factor instead; optax's linear_schedule is the same.

    >>> schedule = linear(1.0, 0.0, total_iters=4)
    >>> [schedule(t) for t in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """
    _check_numbers(start=start, end=end)
    _check_steps(total_iters=total_iters)
    return lambda step: _between(start, end, step / total_iters)


@_schedule
def cosine(lr, T_max, eta_min=0.0):
    """Half a cosine from lr at step 0 to eta_min at step T_max, then eta_min.

        eta_min + (lr - eta_min) * (1 + cos(pi * step / T_max)) / 2

    torch's CosineAnnealingLR rises again after T_max. optax's cosine_decay_schedule has alpha = eta_min / lr.

    >>> schedule = cosine(1.0, T_max=100)
    >>> [round(schedule(t), 4) for t in (0, 25, 50, 100, 200)]
    [1.0, 0.8536, 0.5, 0.0, 0.0]

    Source: Loshchilov and Hutter (2017).
    """
    _check_numbers(lr=lr, eta_min=eta_min)
    _check_steps(T_max=T_max)
    return lambda step: _between(eta_min, lr, _half_cosine(step / T_max))


@_schedule
def cosine_restarts(lr, T_0, T_mult=1, eta_min=0.0):
    """Half a cosine again and again, from lr towards eta_min. torch's CosineAnnealingWarmRestarts.

    Args:
        lr: the value at the start of every cycle.
        T_0: how many steps the first cycle has, at least 1.
        T_mult: how many times longer each cycle is than the one before it, a whole number.
        eta_min: where each cycle would end; the next one starts at that step instead.

    >>> schedule = cosine_restarts(1.0, T_0=2, T_mult=2)
    >>> [round(schedule(t), 4) for t in range(7)]
    [1.0, 0.5, 1.0, 0.8536, 0.5, 0.1464, 1.0]

    Source: Loshchilov and Hutter (2017), SGDR.
    """
    _check_numbers(lr=lr, eta_min=eta_min)
    _check_steps(T_0=T_0, T_mult=T_mult)

    def value(step):
        length = T_0
        if T_mult == 1:
            step = step % T_0
        while step >= length:
            step, length = step - length, length * T_mult
        return _between(eta_min, lr, _half_cosine(step / length))

    return value


@_schedule
def warmup(schedule, steps, start=None):
    """A straight line up to another schedule, which then runs from its own step 0.

        (step + 1) / steps * schedule(0)        while step < steps, so that no step is wasted at 0
        schedule(step - steps)                  from then on

    Args:
        schedule: what follows, a schedule or a number.
        steps: how many steps to warm up, at least 0.
        start: the value at step 0. The line then reaches schedule(0) at step `steps`, as in torch's LinearLR
            and in optax's warm-up schedules, which start at 0 if you ask them to.

    >>> schedule = warmup(1.0, steps=4)
    >>> [schedule(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    >>> schedule = warmup(1.0, steps=4, start=0)
    >>> [schedule(t) for t in range(6)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]

    Source: Goyal and others (2017).
    """
    then = schedule if callable(schedule) else constant(schedule)
    _check_steps(0, steps=steps)
    if start is not None:
        _check_numbers(start=start)

    def value(step):
        if step >= steps:
            return then(step - steps)
        if start is None:
            return then(0) if step + 1 == steps else (step + 1) / steps * then(0)
        return _between(start, then(0), step / steps)

    return value


@_schedule
def one_cycle(max_lr, total_steps, pct_start=0.3, anneal_strategy="cos", div_factor=25.0,
              final_div_factor=1e4, three_phase=False):
    """Up to max_lr and down to almost nothing, once. torch's OneCycleLR.

        max_lr / div_factor                             at step 0
        max_lr                                          at step pct_start * total_steps - 1
        max_lr / div_factor / final_div_factor          at step total_steps - 1, and after it

    Args:
        max_lr: the highest value.
        total_steps: how many steps the cycle has, at least 1.
        pct_start: the share of the steps that rise, from 0 to 1.
        anneal_strategy: "cos" or "linear".
        div_factor, final_div_factor: as above, above 0.
        three_phase: fall to max_lr / div_factor in as many steps as it rose, then on to the end.

    `one_cycle_momentum` with the same steps falls where this rises. optax's one-cycle schedules count
    pct_start * total_steps and total_steps, without the 1.

    >>> schedule = one_cycle(1.0, total_steps=10, pct_start=0.5)
    >>> [round(schedule(t), 4) for t in (0, 2, 4, 9, 20)]
    [0.04, 0.52, 1.0, 0.0, 0.0]

    Source: Smith and Topin (2018).
    """
    _check_numbers(max_lr=max_lr)
    _check_positive(div_factor=div_factor, final_div_factor=final_div_factor)
    start, end = max_lr / div_factor, max_lr / div_factor / final_div_factor
    values = [start, max_lr, start, end] if three_phase else [start, max_lr, end]
    return _phases(values, total_steps, pct_start, anneal_strategy, three_phase)


@_schedule
def one_cycle_momentum(max_momentum=0.95, total_steps=None, base_momentum=0.85, pct_start=0.3,
                       anneal_strategy="cos", three_phase=False):
    """The momentum that goes with one_cycle: down to base_momentum where the rate is highest, and up again.

    Arguments as in one_cycle; total_steps is needed. Use it as momentum, or as the first of betas.

    >>> schedule = one_cycle_momentum(total_steps=10, pct_start=0.5)
    >>> [round(schedule(t), 4) for t in (0, 4, 9, 20)]
    [0.95, 0.85, 0.95, 0.95]

    Source: Smith (2018).
    """
    _check_numbers(max_momentum=max_momentum, base_momentum=base_momentum)
    values = [max_momentum, base_momentum, max_momentum, max_momentum][: 4 if three_phase else 3]
    return _phases(values, total_steps, pct_start, anneal_strategy, three_phase)


def _phases(values, total_steps, pct_start, anneal_strategy, three_phase):
    """From value to value: the first phase ends at step pct_start * total_steps - 1, the last at total_steps
    - 1."""
    _check_steps(total_steps=total_steps)
    _check_numbers(pct_start=pct_start)
    highest = 0.5 if three_phase else 1
    if not 0 <= pct_start <= highest:
        raise ValueError(f"pct_start: a number from 0 to {highest} is needed, got {pct_start!r}")
    if anneal_strategy not in ("cos", "linear"):
        raise ValueError(f"anneal_strategy: 'cos' or 'linear' is needed, got {anneal_strategy!r}")
    first = float(pct_start * total_steps) - 1
    second = float(2 * pct_start * total_steps) - 2
    ends = [first, second, total_steps - 1] if three_phase else [first, total_steps - 1]

    def value(step):
        begin = 0
        for i, end in enumerate(ends):
            if step <= end or i == len(ends) - 1:
                share = min(1, (step - begin) / (end - begin)) if end > begin else 1
                share = 1 - _half_cosine(share) if anneal_strategy == "cos" else share
                return _between(values[i], values[i + 1], share)
            begin = end

    return value


@_schedule
def warmup_stable_decay(lr, warmup_steps, decay_from, total_steps, end=0.0, shape="linear"):
    """Up, level, down: WSD. Only the last part needs to know where the run ends.

        lr * (step + 1) / warmup_steps                  while step < warmup_steps
        lr                                              until decay_from
        end + (lr - end) * f(u)                         u = (step - decay_from) / (total_steps - decay_from)
        end                                             from total_steps on

    Args:
        lr: the value of the level part.
        warmup_steps, decay_from, total_steps: steps, none before the one that precedes it.
        end: the last value.
        shape: f(u): "linear" is 1 - u, "cosine" half a cosine, "sqrt" is 1 - sqrt(u).

    >>> schedule = warmup_stable_decay(1.0, warmup_steps=2, decay_from=4, total_steps=8)
    >>> [schedule(t) for t in range(10)]
    [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]

    Sources: Zhai, Kolesnikov, Houlsby and Beyer (2022); Hu and others (2024), MiniCPM; Hägele and others
    (2024) for "sqrt".
    """
    shapes = {"linear": lambda u: 1 - u, "cosine": _half_cosine, "sqrt": lambda u: 1 - u**0.5}
    _check_numbers(lr=lr, end=end)
    _check_steps(0, warmup_steps=warmup_steps, decay_from=decay_from, total_steps=total_steps)
    if not warmup_steps <= decay_from <= total_steps:
        raise ValueError(f"decay_from: a step from warmup_steps {warmup_steps} to total_steps {total_steps} "
                         f"is needed, got {decay_from}")
    if shape not in shapes:
        raise ValueError(f"shape: {' or '.join(map(repr, shapes))} is needed, got {shape!r}")

    def value(step):
        if step + 1 < warmup_steps:
            return lr * (step + 1) / warmup_steps
        if step >= total_steps:
            return end
        if step <= decay_from:
            return lr
        return _between(end, lr, shapes[shape]((step - decay_from) / (total_steps - decay_from)))

    return value


class ReduceOnPlateau:
    """A schedule that drops when a loss has stopped falling. torch's ReduceLROnPlateau.

    Give it to an optimizer as lr and tell it the loss, once an epoch:

    >>> schedule = ReduceOnPlateau(0.1, factor=0.5, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     schedule.update(loss)
    >>> schedule(0)                                       # the same at every step, until the next update
    0.05
    >>> schedule
    ReduceOnPlateau(0.05, mode='min', factor=0.5, patience=1, threshold=0.0001, threshold_mode='rel',
                    cooldown=0, min_lr=0, eps=1e-08)

    Args:
        lr: the first value, at least 0.
        mode: "min" if the loss should fall, "max" for a measure that should rise.
        factor: what the value is multiplied by, at least 0 and below 1.
        patience: how many updates in a row without a better loss are forgiven, at least 0.
        threshold: how much better is better, at least 0: relative to the best so far, or absolute.
        threshold_mode: "rel" or "abs"; take "abs" for a loss that may be negative.
        cooldown: how many updates after a drop are not counted, at least 0.
        min_lr: the lowest value.
        eps: a drop by no more than this is not made.

    Attributes:
        lr, best, num_bad_epochs, cooldown_counter: what it remembers, under torch's names.

    Raises:
        TypeError, ValueError: an argument out of its range; a loss that is no number. nan counts as no
            better.
    """

    _remembered = ("lr", "best", "num_bad_epochs", "cooldown_counter")

    def __init__(self, lr, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel",
                 cooldown=0, min_lr=0.0, eps=1e-8):
        _check_numbers(lr=lr, factor=factor, threshold=threshold, min_lr=min_lr, eps=eps)
        if not 0 <= factor < 1:
            raise ValueError(f"factor: a number from 0 up to but not including 1 is needed, got {factor!r}")
        if threshold < 0:
            raise ValueError(f"threshold: a number of at least 0 is needed, got {threshold!r}")
        _check_steps(0, patience=patience, cooldown=cooldown)
        if mode not in ("min", "max"):
            raise ValueError(f"mode: 'min' or 'max' is needed, got {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold_mode: 'rel' or 'abs' is needed, got {threshold_mode!r}")
        self.lr, self.mode, self.factor, self.patience = lr, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown = threshold, threshold_mode, cooldown
        self.min_lr, self.eps = min_lr, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = 0

    def __call__(self, step):
        """The value, whatever the step."""
        return self.lr

    def update(self, loss):
        """Tell it the newest loss."""
        if isinstance(loss, (bool, np.bool_)) or not isinstance(loss, (Real, np.ndarray)) or np.ndim(loss):
            raise TypeError(f"loss: a number is needed, got {loss!r}")
        loss = float(loss)
        if self._better(loss):
            self.best, self.num_bad_epochs = loss, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._drop()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _drop(self):
        lower = np.maximum(self.lr * self.factor, self.min_lr)
        dropped = np.where(self.lr - lower > self.eps, lower, self.lr)
        self.lr = dropped if dropped.ndim else float(dropped)

    def _better(self, loss):
        sign = 1 if self.mode == "min" else -1
        if self.threshold_mode == "rel":
            return sign * loss < sign * self.best * (1 - sign * self.threshold)
        return sign * loss < sign * self.best - self.threshold

    def state_dict(self):
        """What it remembers, to be saved beside the optimizer's state."""
        return {name: getattr(self, name) for name in self._remembered}

    def load_state_dict(self, saved):
        """Go on from `state_dict()`. Raises ValueError for anything else, changing nothing."""
        if not isinstance(saved, dict) or set(saved) != set(self._remembered):
            raise ValueError(f"saved: a dict with {', '.join(self._remembered)} is needed, got {saved!r}")
        for name in self._remembered:
            setattr(self, name, saved[name])

    def __repr__(self):
        names = list(inspect.signature(type(self)).parameters)[1:]
        words = [_show(self.lr), *(f"{name}={_show(getattr(self, name))}" for name in names)]
        return f"ReduceOnPlateau({', '.join(words)})"


def _between(start, end, share):
    """start at share 0, end at share 1, both exactly, and from then on."""
    if share <= 0:
        return start * 1.0
    if share >= 1:
        return end * 1.0
    return start + (end - start) * share


def _half_cosine(share):
    """From 1 at share 0 to 0 at share 1, and from then on."""
    return 0.0 if share >= 1 else (1 + math.cos(math.pi * share)) / 2


def _check_numbers(**values):
    for name, value in values.items():
        numbers = value if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" else None
        if numbers is None and (isinstance(value, (bool, np.bool_)) or not isinstance(value, Real)):
            raise TypeError(f"{name}: a number is needed, got {value!r}")
        if not np.all(np.isfinite(value)):
            raise ValueError(f"{name}: a finite number is needed, got {value!r}")


def _check_positive(**values):
    _check_numbers(**values)
    for name, value in values.items():
        if not np.all(np.asarray(value) > 0):
            raise ValueError(f"{name}: a number above 0 is needed, got {value!r}")


def _check_steps(lowest=1, **values):
    for name, value in values.items():
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"{name}: a whole number of steps is needed, got {value!r}")
        if value < lowest:
            raise ValueError(f"{name}: at least {lowest} is needed, got {value}")


def _show(value):
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return repr(int(value))
    return repr(value)
