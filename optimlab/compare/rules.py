"""What may stand where an optimizer is named: a name, a class, a step function of the learner's own."""

import functools
import hashlib
import inspect

import numpy as np

from optimlab import optim


def muon(params, lr=0.02, momentum=0.95, weight_decay=0.0):
    """Muon as it is used: for the matrices but the last, with steps as long as AdamW's; AdamW takes the rest.

    Sources: Jordan and others (2024); Liu and others (2025) for the length.
    """
    matrices = [p.reshape(len(p), -1) for p in params if p.ndim >= 2]
    matrices = matrices[:-1] or matrices
    rest = [p for p in params if not any(np.shares_memory(p, m) for m in matrices)]
    optimizers = [optim.Muon(matrices, lr=lr, momentum=momentum, weight_decay=weight_decay,
                             adjust_lr_fn="match_rms_adamw")] if matrices else []
    return optim.Group(*optimizers, *([optim.AdamW(rest, lr=lr, weight_decay=weight_decay)] if rest else []))


muon.shaped = True

# Names beside those of the classes: what the course calls SGD with momentum.
NAMES = {
    "gd": optim.SGD,
    "muon": muon,
    "momentum": functools.partial(optim.SGD, momentum=0.9),
    "nesterov": functools.partial(optim.SGD, momentum=0.9, nesterov=True),
}
# What a step function's arguments are where no setting names them.
USUAL = {
    "lr": 1e-3, "momentum": 0.9, "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "alpha": 0.99,
    "rho": 0.9, "wd": 0.0, "weight_decay": 0.0,
}


def rule(named):
    """A function (params, **settings) -> optimizer, from a name, a class or a step function.

    Raises:
        ValueError: a name that there is none of.
        TypeError: something that is neither.

    >>> rule("momentum")(np.ones(2), lr=0.1)
    SGD(lr=0.1, momentum=0.9, dampening=0, weight_decay=0, nesterov=False)
    >>> def my_step(w, grad, lr):
    ...     return w - lr * grad
    >>> w = np.ones(2)
    >>> rule(my_step)(w, lr=0.5).step(w.copy())
    >>> w
    array([0.5, 0.5])
    """
    if isinstance(named, str):
        return _by_name(named)
    if isinstance(named, type) or isinstance(named, functools.partial):
        return named
    if callable(named):
        return named if not _is_step(named) else functools.partial(StepFunction, named)
    raise TypeError(f"optimizers: a name, an optimizer's class or a step function is needed, got {named!r}")


def _by_name(name):
    classes = {one.lower(): getattr(optim, one) for one in optim.__all__
               if one not in ("Optimizer", "Group", "SAM", "Lookahead")}
    known = {**classes, **NAMES}
    if name.lower() not in known:
        raise ValueError(f"optimizers: there is no optimizer called {name!r}; known are "
                         f"{', '.join([*(c.__name__ for c in classes.values()), 'momentum', 'nesterov'])}. "
                         "Your own is given "
                         "as {name: (class or step function, settings)}")
    return known[name.lower()]


def _is_step(function):
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return False
    return len(names) >= 2 and names[1] in ("g", "grad", "grads", "dw")


def has_lr(named):
    """Whether a setting "lr" means something to this optimizer."""
    try:
        names = inspect.signature(rule(named)).parameters
    except (TypeError, ValueError):
        return True
    made = rule(named)
    if isinstance(made, functools.partial) and made.func is StepFunction:
        names = inspect.signature(made.args[0]).parameters
    return "lr" in names or any(p.kind is p.VAR_KEYWORD for p in names.values())


class StepFunction:
    """An optimizer from a pure function: `momentum_step(w, grad, velocity, lr, momentum) -> (w, velocity)`.

    The function takes the params, the gradient, then its states, then `lr`, `t` (counted from 1) and further
    numbers by name; it returns the new params, or (params, *states). States start at zero. Numbers that no
    setting names are the usual ones: momentum 0.9, beta1 0.9, beta2 0.999, eps 1e-8.

    >>> def momentum_step(w, grad, velocity, lr, momentum):
    ...     velocity = momentum * velocity + grad
    ...     return w - lr * velocity, velocity
    >>> w = np.array([1.0])
    >>> opt = StepFunction(momentum_step, w, lr=0.1)
    >>> for _ in range(2):
    ...     opt.step(w.copy())
    >>> w.round(3), [v.round(3) for v in opt.state[0].values()]
    (array([0.72]), [array([1.8])])
    """

    def __init__(self, function, params, **settings):
        self.function, self.t = function, 0
        self.params = [params] if isinstance(params, np.ndarray) else list(params)
        names = inspect.signature(function).parameters
        inner = list(names)[2:]
        stop = next((i for i, name in enumerate(inner) if name in ("t", *USUAL, *settings)
                     or names[name].default is not inspect.Parameter.empty), len(inner))
        self._states, self._numbers = inner[:stop], {}
        for name in inner[stop:]:
            if name == "t":
                continue
            default = names[name].default
            known = USUAL.get(name, default) if default is inspect.Parameter.empty else default
            self._numbers[name] = settings.pop(name, known)
            if self._numbers[name] is inspect.Parameter.empty:
                raise ValueError(f"settings: {function.__name__} needs a value for {name!r}, got none")
        if settings:
            raise TypeError(f"settings: {function.__name__} has no argument {next(iter(settings))!r}; it has "
                            f"{', '.join(self._numbers)}")
        self._counts = "t" in inner
        self.state = [{name: np.zeros_like(p) for name in self._states} for p in self.params]

    def now(self, name):
        """The value of a number in the next step; a schedule is resolved."""
        if name not in self._numbers:
            raise AttributeError(f"{self.function.__name__} has no {name!r}")
        value = self._numbers[name]
        return value(self.t) if callable(value) else value

    def step(self, grads, closure=None):
        """Change params by one step of the function."""
        grads = [grads] if isinstance(grads, np.ndarray) else grads
        numbers = {name: self.now(name) for name in self._numbers}
        self.t += 1
        if self._counts:
            numbers["t"] = self.t
        for p, g, state in zip(self.params, grads, self.state, strict=True):
            answer = self.function(p.copy(), g, *(v.copy() for v in state.values()), **numbers)
            w, *states = answer if isinstance(answer, tuple) else (answer,)
            if len(states) != len(state):
                raise ValueError(f"{self.function.__name__}: params and {len(state)} states are needed, "
                                 f"({', '.join(['w', *state])}), it returned {1 + len(states)} values")
            if np.shape(w) != p.shape:
                raise ValueError(f"{self.function.__name__}: params of shape {p.shape} are needed, it "
                                 f"returned {np.shape(w)}")
            p[...] = w
            for name, new in zip(state, states, strict=True):
                state[name] = np.asarray(new)

    def __repr__(self):
        return f"{self.function.__name__}({', '.join(f'{k}={v}' for k, v in self._numbers.items())})"


class Watched:
    """Any optimizer in the clothes that descend and fit expect, counting gradients and the time of its steps.

    An own class needs `params` as its first argument and `step(grads)`; it may hold one array or a list.
    """

    def __init__(self, optimizer, params):
        if not callable(getattr(optimizer, "step", None)):
            raise TypeError("optimizer: an object with step(grads) is needed, got "
                            f"{type(optimizer).__name__}")
        self.inner, self.params, self.looks, self.t = optimizer, list(params), 0, 0
        try:
            names = inspect.signature(optimizer.step).parameters
        except (TypeError, ValueError):
            names = {}
        self._asks = "closure" in names
        self._single = len(self.params) == 1

    def step(self, grads, closure=None):
        grads = grads[0] if self._single and isinstance(grads, list) else grads
        self.looks, self.t = self.looks + 1, self.t + 1

        def look():
            self.looks += 1
            return closure()

        if self._asks:
            self.inner.step(grads, closure=look)
        else:
            self.inner.step(grads)

    def now(self, name):
        now = getattr(self.inner, "now", None)
        value = now(name) if callable(now) else getattr(self.inner, name)
        return value(self.t) if callable(value) else value

    def eval(self):
        _call(self.inner, "eval")

    def train(self):
        _call(self.inner, "train")

    @property
    def state_bytes(self):
        """Bytes of all arrays that the optimizer keeps beside the params."""
        kept = getattr(self.inner, "state", None)
        seen = {id(p) for p in self.params}
        return _bytes(vars(self.inner) if kept is None else kept, seen)


def _call(thing, name):
    method = getattr(thing, name, None)
    if callable(method):
        method()


def _bytes(value, seen):
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(_bytes(one, seen) for one in value.values())
    return sum(_bytes(one, seen) for one in value) if isinstance(value, (list, tuple)) else 0


def told(named):
    """What decides an optimizer, as a word that a store can compare: its name, or a mark of its source."""
    if isinstance(named, str):
        return named.lower()
    if isinstance(named, functools.partial):
        return f"{told(named.func)} with {sorted(named.keywords.items(), key=str)!r}"
    name = getattr(named, "__qualname__", repr(type(named)))
    if getattr(named, "__module__", "").split(".")[0] == "optimlab":
        return name
    try:
        source = inspect.getsource(named)
    except (OSError, TypeError):
        source = name
    return f"{name} {hashlib.sha256(source.encode()).hexdigest()[:12]}"
