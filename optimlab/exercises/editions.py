"""Editions: every exercise in a form that is drawn from a seed, so that published answers do not fit.

What can be asked in another form stands in FORMS, exercise by exercise; beside it, the arguments can come in
another order everywhere. The forms are our own choice of what a course may ask instead: another measure
(log_lr, memory), another sign (downhill), another state (an averaged velocity), another result.
"""

import functools
import random
import re
from dataclasses import dataclass, replace

from .registry import REGISTRY
from .variants import Argument, Change, Lettered, Varied, options


def _measured(old, new, give, take, says):
    return Change(f"in place of {old} it is given {new}: {says}", (Argument(old, new, give, take),))


def _log(name, new=None):
    new = new or f"log_{name}"
    says = f"the base-10 logarithm of {name}"
    return _measured(name, new, f"float(np.log10({name}))", f"10.0**{new}", says)


def _milli(name):
    new = f"milli_{name}"
    return _measured(name, new, f"1000 * {name}", f"{new} / 1000", f"1000 times {name}")


def _percent(name):
    new = f"{name}_percent"
    return _measured(name, new, f"100 * {name}", f"{new} / 100", f"{name} in percent")


def _lost(name, new):
    says = f"1 - {name}, the share that is forgotten at each step"
    return _measured(name, new, f"1 - {name}", f"1 - {new}", says)


def _memory(name, new="memory"):
    says = f"1 / (1 - {name}), the steps that it looks back"
    return _measured(name, new, f"1 / (1 - {name})", f"1 - 1 / {new}", says)


def _digits(name):
    return _measured(name, "digits", f"-float(np.log10({name}))", "10.0**-digits", f"{name} is 10**-digits")


def _result(says, wrap, undo):
    return Change(says, returns=(wrap, undo))


def _reordered(names, places):
    """The results in another order: names[places[0]] comes first."""
    wrap = ", ".join(f"{{{place}}}" for place in places)
    back = ", ".join(f"result[{places.index(place)}]" for place in range(len(places)))
    told = ", ".join(names[place] for place in places)
    return _result(f"it returns ({told}), in this order", wrap, f"({back})")


def _orders(*names):
    if len(names) == 2:
        return [_reordered(names, (1, 0))]
    return [_reordered(names, places) for places in ((1, 2, 0), (2, 0, 1), (0, 2, 1))]


_LR = [_log("lr"), _milli("lr")]
_DOWNHILL = _measured("grad", "downhill", "-grad", "-downhill", "minus the gradient, which points down")
_DOWNHILL_FN = _measured("grad_fn", "downhill_fn", "lambda at: -grad_fn(at)", "lambda w: -downhill_fn(w)",
                         "a function that returns minus the gradient")
_DONE = _measured("t", "done", "t - 1", "done + 1", "the number of steps before this one, 0 at the first")
_FROM_ONE = _measured("t", "number", "t + 1", "number - 1", "the number of the step, counted from 1")
_DAMPING = _measured("momentum", "damping", "1 - momentum", "1 - damping",
                     "1 - momentum, the share of the velocity that is lost at each step")
_STEP = [*_LR, _DOWNHILL]
_BETAS = [_lost("beta1", "gamma1"), _memory("beta1", "memory1"),
          _lost("beta2", "gamma2"), _memory("beta2", "memory2")]
_ADAM = [*_STEP, *_BETAS, _DONE, _digits("eps"), *_orders("w", "m", "v")]
_VELOCITIES = [
    Change(
        "in place of velocity it is given, and returns, average: (1 - momentum) times the velocity. "
        "The moves of w stay as they are",
        (Argument("velocity", "average", "(1 - momentum) * velocity", "average / (1 - momentum)"),),
        ("{0}, (1 - momentum) * ({1})", "(result[0], np.asarray(result[1]) / (1 - momentum))"),
    ),
    Change(
        "in place of velocity it is given, and returns, move: -lr times the velocity. "
        "The moves of w stay as they are",
        (Argument("velocity", "move", "-lr * velocity", "-move / lr"),),
        ("{0}, -lr * ({1})", "(result[0], -np.asarray(result[1]) / lr)"),
    ),
]
_IN_PERCENT = _result("it returns the number in percent", "100 * ({})", "np.asarray(result) / 100")

FORMS = {
    "00.1": _STEP,
    "00.3": [*_LR, _DOWNHILL_FN],
    "01.1": [
        _result("the loss is half of the mean, with a factor of 1/2", "({}) / 2", "2 * np.asarray(result)"),
        _result("the loss is the sum over the examples, not the mean", "len(y) * ({})",
                "np.asarray(result) / len(y)"),
        _result("return the direction downhill, minus the gradient", "-({})", "-np.asarray(result)"),
    ],
    "01.2": [
        _measured("z", "columns", "z.T", "columns.T", "z transposed, the scores of one example in a column"),
        _result("it returns the probabilities in percent", "100 * ({})", "np.asarray(result) / 100"),
    ],
    "01.3": [
        *_orders("loss", "dscores"),
        _measured("y", "labels", "y + 1", "labels - 1", "the classes counted from 1"),
    ],
    "01.4": [_digits("h")],
    "02.1": [*_LR, _DOWNHILL_FN],
    "02.2": [
        _measured("A", "B", "A / 2", "2 * B", "half of A, so that the loss is w @ B @ w"),
        _result("it returns half of that learning rate, the safe side", "({}) / 2", "2 * np.asarray(result)"),
    ],
    "02.3": [
        _digits("tol"),
        _measured("kappa", "flatness", "1 / kappa", "1 / flatness", "smallest curvature over largest"),
    ],
    "02.4": [
        _measured("g", "downhill", "-g", "-downhill", "minus the gradient, which points down"),
        _percent("c"),
        _measured("rho", "cut", "1 - rho", "1 - cut", "1 - rho, the share that is cut off at each try"),
    ],
    "03.1": [replace(_reordered(("X", "Y"), (1, 0)), keeps_order=True)],
    "03.2": [],
    "03.3": [
        *_LR,
        _measured("sigma", "variance", "sigma**2", "np.sqrt(variance)", "the square of sigma"),
        _result("it returns the variance, the square of the distance", "({}) ** 2", "np.sqrt(result)"),
    ],
    "03.4": [],
    "03.5": [_log("lo"), _log("hi"),
             _result("it returns the base-10 logarithms of the rates", "np.log10({})",
                     "10.0 ** np.asarray(result)")],
    "03.6": _orders("lr", "at_edge"),
    "04.1": [*_STEP, _DAMPING, *_VELOCITIES, *_orders("w", "velocity")],
    "04.2": [*_STEP, _DAMPING, *_VELOCITIES, *_orders("w", "velocity")],
    "04.3": _orders("lr", "momentum"),
    "04.4": [*_LR, _DAMPING],
    "04.5": [*_LR, _DAMPING],
    "04.6": [_digits("tol")],
    "05.1": [*_STEP, _digits("eps"), *_orders("w", "cache")],
    "05.2": [*_LR, _digits("eps")],
    "06.1": [*_STEP, _digits("eps"), _lost("alpha", "gamma"), _memory("alpha"), *_orders("w", "cache")],
    "06.2": [_lost("alpha", "gamma"), _percent("alpha")],
    "06.3": [_DOWNHILL, _lost("rho", "gamma"), _memory("rho"), *_orders("w", "sq_avg", "delta_avg")],
    "07.1": [_lost("beta", "gamma"), _memory("beta")],
    "07.2": _ADAM,
    "07.3": [*_STEP, *_BETAS, _DONE, _digits("eps")],
    "07.4": [*_LR, *_BETAS, _digits("eps")],
    "08.1": [_milli("reg"), *_orders("loss", "dw")],
    "08.2": [*_ADAM, _milli("wd")],
    "08.3": _orders("decay", "no_decay"),
    "09.1": [
        _measured("epoch", "number", "epoch + 1", "number - 1", "the number of the epoch, counted from 1"),
        _percent("drop"), _milli("lr0"),
    ],
    "09.2": [_FROM_ONE, _milli("lr_max")],
    "09.3": [_FROM_ONE, _milli("lr_max")],
    "09.4": [_log("lr_min"), _log("lr_max")],
    "09.5": [_lost("beta", "gamma"), _memory("beta")],
    "09.6": [_FROM_ONE, _milli("lr_max")],
    "10.1": [_lost("decay", "gamma"), _memory("decay")],
    "10.2": [],
    "10.3": [*_STEP, *_orders("z", "x")],
    "11.1": [*_STEP, *_BETAS, _milli("wd"), *_orders("w", "m")],
    "11.2": [_result("it returns the result transposed", "({}).T", "np.transpose(result)")],
    "11.3": [_digits("eps")],
    "12.1": [_DOWNHILL_FN, _digits("h")],
    "12.2": [_DOWNHILL_FN],
    "12.3": [*_LR, _DOWNHILL_FN, _milli("rho")],
    "13.1": [_IN_PERCENT],
    "13.2": _LR,
    "13.3": _orders("dx", "dw", "db"),
    "13.4": [],
    "14.1": [_milli("max_norm")],
    "14.2": [*_STEP, _milli("max_norm")],
    "14.3": [_IN_PERCENT, _milli("max_norm")],
    "14.4": [],
    "15.1": [],
    "15.3": [],
    "15.4": [_milli("lr")],
    "17.1": _orders("median", "q25", "q75"),
    "17.2": [],
    "17.3": _orders("lo", "hi"),
}


@dataclass(frozen=True)
class Edition:
    """The exercises of a course under a name and a seed; `registry` holds all of them by id."""

    name: str
    seed: int
    registry: dict

    def __str__(self):
        return f"{self.name}-{self.seed}"

    @property
    def varied(self):
        """The ids of the exercises that are asked in another form here."""
        return [id for id, one in self.registry.items() if one is not REGISTRY[id]]


@functools.cache
def edition(text):
    """The edition that a name and a seed make, as in "class-7".

    >>> edition("class-7").registry["04.1"].asked
    ['w', 'grad', 'velocity', 'log_lr', 'damping']
    >>> edition("class-9").registry["04.1"].asked
    ['w', 'grad', 'move', 'lr', 'momentum']
    """
    found = re.fullmatch(r"([a-z]+)-(\d{1,9})", text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"edition: a name and a seed are needed, as in 'class-7', got {text!r}")
    seed = int(found[2])
    registry = {id: _drawn(one, text, random.Random(f"{seed} {id}")) for id, one in REGISTRY.items()}
    return Edition(found[1], seed, registry)


def _drawn(base, name, draw):
    """`base` in a form of its own, or `base` itself where there is no other form."""
    if base.is_value:
        letters = options(base.stub)
        return Lettered(base, name, _shuffled(list(letters), draw)) if letters else base
    if base.id not in FORMS:
        return base
    changes, touched = [], set()
    for change in _shuffled(FORMS[base.id], draw)[: 1 + int(2 * draw.random())]:
        if not change.touches & touched:
            changes.append(change)
            touched |= change.touches
    order = base.parameters
    fixed = any(change.keeps_order for change in changes)
    if len(order) > 1 and not fixed and (not changes or draw.random() < 0.5):
        order = _shuffled(order, draw)
    return Varied(base, name, changes, order)


def _shuffled(items, draw):
    """Another order of the items: never the one that they have, if there is another."""
    items, left = list(items), list(items)
    while len(items) > 1:
        left, mixed = list(items), []
        while left:
            mixed.append(left.pop(int(draw.random() * len(left))))
        if mixed != items:
            return mixed
    return items
