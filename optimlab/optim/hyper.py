"""Hyper-parameters: a number, a schedule `step -> number`, or an array of numbers.

The base class resolves them before each step, so that a rule meets numbers only.
"""

import math
from numbers import Real

import numpy as np

# name: (lowest, highest, is the highest allowed), or a tuple of these where several numbers have ranges of
# their own.
# The same name means the same thing in every optimizer.
RANGES = {
    "lr": (0, math.inf, False),
    "momentum": (0, math.inf, False),
    "dampening": (-math.inf, math.inf, False),
    "weight_decay": (0, math.inf, False),
    "betas": (0, 1, False),
    "eps": (0, math.inf, False),
    "decay": (0, 1, False),
    "lr_decay": (0, math.inf, False),
    "initial_accumulator_value": (0, math.inf, False),
    "momentum_decay": (0, math.inf, True),
    "lambd": (0, math.inf, False),
    "t0": (0, math.inf, True),
    "etas": ((0, 1, False), (1, math.inf, False)),
    "step_sizes": (0, math.inf, False),
    "alpha": (0, 1, True),
    "beta2_decay": (-math.inf, 0, True),
    "beta3": (0, 1, False),
    "clip_threshold": (0, math.inf, True),
    "d": (0, math.inf, True),
    "d0": (0, math.inf, False),
    "d_coef": (0, math.inf, False),
    "eps_root": (0, math.inf, False),
    "gamma": (0, math.inf, False),
    "growth_rate": (1, math.inf, True),
    "matrix_eps": (0, math.inf, False),
    "r": (0, math.inf, False),
    "rho": (0, math.inf, False),
    "shampoo_beta": (0, 1, False),
    "tolerance_change": (0, math.inf, False),
    "tolerance_grad": (0, math.inf, False),
    "trust_coefficient": (0, math.inf, False),
    "weight_lr_power": (0, math.inf, False),
}

# Hyper-parameters that are several numbers: name: how many.
COUNTS = {"betas": 2, "etas": 2, "step_sizes": 2}

# Those that may be None, which each rule says the meaning of.
OPTIONAL = {"beta3", "shampoo_beta"}


class Numbers(np.ndarray):
    """An array of hyper-parameters that behaves like so many Python floats.

    Among themselves they are float64; beside a parameter they take its dtype, as a Python float does.
    So a run with an array of learning rates gives each of its rows the very bits of a separate run.
    """

    def __new__(cls, values):
        return np.array(values, dtype=np.float64).view(cls)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        arrays = [x for x in inputs
                  if isinstance(x, np.ndarray) and not isinstance(x, Numbers) and x.dtype.kind == "f"]
        if ufunc is np.power and not arrays:
            # Python's own float power: NumPy's may differ from it in the last bit.
            return each(float.__pow__, *map(np.asarray, inputs))
        dtype = np.result_type(*arrays) if arrays else np.float64
        inputs = [x.view(np.ndarray).astype(dtype) if isinstance(x, Numbers) else x for x in inputs]
        if out is not None:
            kwargs["out"] = out
        result = getattr(ufunc, method)(*inputs, **kwargs)
        among_themselves = method == "__call__" and not arrays and result.dtype == np.float64
        return result.view(Numbers) if among_themselves else result


def nonzero(value):
    """Whether a hyper-parameter is anything but the number 0, so that what it multiplies must be computed.

    >>> nonzero(0.0), nonzero(0.1), nonzero(Numbers([0, 0.1]))
    (False, True, True)
    """
    return type(value) is not float or value != 0


def each(function, *values):
    """function(*values) of plain floats, done for every element where hyper-parameters are arrays.

    >>> each(max, 2.0, 1.0), each(max, Numbers([0, 3]), 1.0)
    (2.0, Numbers([1., 3.]))
    """
    if not any(isinstance(value, np.ndarray) for value in values):
        return function(*values)
    values = np.broadcast_arrays(*values)
    results = [function(*map(float, numbers)) for numbers in zip(*(v.flat for v in values), strict=True)]
    return Numbers(np.array(results).reshape(values[0].shape))


def option(name, value, *allowed):
    """Return an option that chooses the rule, such as amsgrad; ValueError if it is none of those allowed.

    >>> option("nesterov", "yes", False, True)
    Traceback (most recent call last):
    ...
    ValueError: nesterov: False or True is needed, got 'yes'
    """
    if not any(value is a or (isinstance(value, str) and value == a) for a in allowed):
        raise ValueError(f"{name}: {' or '.join(map(repr, allowed))} is needed, got {value!r}")
    return value


def check(name, value, counts=COUNTS):
    """Return a hyper-parameter ready for use; several numbers become a tuple of as many.

    Raises TypeError and ValueError in one sentence that names the hyper-parameter and its value.
    """
    if value is None and name in OPTIONAL:
        return None
    if name not in counts:
        return _check_one(name, value, RANGES[name])
    if callable(value):
        return value
    if not isinstance(value, (tuple, list)) or len(value) != counts[name]:
        raise TypeError(f"{name}: {counts[name]} numbers in a tuple are needed, got {value!r}")
    ranges = RANGES[name] if isinstance(RANGES[name][0], tuple) else (RANGES[name],) * counts[name]
    return tuple(_check_one(name, v, limits) for v, limits in zip(value, ranges, strict=True))


def _check_one(name, value, limits):
    """Return a number as float and an array as Numbers; a schedule is returned as it is.

    Raises TypeError for what is none of the three and ValueError for what is out of range.
    """
    if callable(value):
        return value
    if isinstance(value, np.ndarray) and value.ndim > 0:
        if value.dtype.kind not in "fiu":
            raise TypeError(f"{name}: an array of numbers is needed, got an array of {value.dtype}")
        number = Numbers(value)
    elif isinstance(value, (Real, np.ndarray)) and not isinstance(value, (bool, np.bool_)):
        number = float(value)
    else:
        raise TypeError(f"{name}: a number, a schedule or an array is needed, got {value!r}")
    lowest, highest, closed = limits
    fits = (number > -math.inf) & (number >= lowest) & ((number < highest) | (closed & (number == highest)))
    bad = ~np.asarray(fits)
    if np.any(bad):
        first = float(np.asarray(number)[bad].flat[0]) if isinstance(number, np.ndarray) else number
        raise ValueError(f"{name}: {_range(lowest, highest, closed)} is needed, got {first:g}")
    return number


def _range(lowest, highest, closed):
    if lowest == -math.inf and highest < math.inf:
        return f"a finite number of at most {highest:g}"
    if highest < math.inf:
        return f"a number from {lowest:g} up to {'' if closed else 'but not including '}{highest:g}"
    if lowest == -math.inf:
        return "a finite number"
    return f"a {'' if closed else 'finite '}number of at least {lowest:g}"


def resolve(name, value, step, counts=COUNTS):
    """The value at a step that counts from 0, checked; a tuple such as betas is resolved one by one."""
    if isinstance(value, tuple):
        if not any(map(callable, value)):
            return value
        called = tuple(v(step) if callable(v) else v for v in value)
    elif callable(value):
        called = value(step)
    else:
        return value
    if any(map(callable, called if isinstance(called, tuple) else (called,))):
        raise TypeError(f"{name}: a schedule must return a number, it returned {called!r} at step {step}")
    try:
        return check(name, called, counts)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error} from its schedule at step {step}") from None
