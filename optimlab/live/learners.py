"""A learner's own step function, optimizer class or landscape, run as if it were one of ours.

Whatever goes wrong inside it becomes a Trouble: one sentence that a figure can show.
"""

import inspect
import time
from dataclasses import dataclass

import numpy as np

OWN, OWN_LANDSCAPE = "yours", "your landscape"  # the choices that stand for what a learner brings
PATIENCE = 1.0  # seconds for a learner's rule, where a picture wants all its steps
FAR = 1e10  # times the start, as for descend(): further away a run has diverged


class Trouble(ValueError):
    """What went wrong in a learner's code, in one sentence."""


# Other names that learners and lessons give to a hyper-parameter, and what it is where a figure has no such
# control.
ALIASES = {
    "learning_rate": "lr", "eta": "lr", "beta": "momentum", "mu": "momentum",
    "wd": "weight_decay", "epsilon": "eps", "b1": "beta1", "b2": "beta2",
}
USUAL = {
    "lr": 0.01, "momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "betas": (0.9, 0.999), "eps": 1e-8,
    "alpha": 0.99, "rho": 0.9, "weight_decay": 0.0,
}
EMPTY = inspect.Parameter.empty
UPHILL = {**USUAL, "rho": 0.05}  # for who asks for gradients elsewhere: how far to look, as in SAM
COUNTERS = ("t", "step", "k")


def own_optimizer(own, params, **settings):
    """A learner's rule with the face of an optimizer: params, step(grads), set(lr=...).

    Args:
        own: a class such as optimlab.Optimizer's subclasses (made with params, `step(grads)` changes them in
            place), a function of params that makes such an optimizer, or a step function
            `step(w, grad, ...) -> w` or `-> (w, *state)`. A parameter of the function named like a
            hyper-parameter (lr, momentum, beta1, beta2, eps, alpha, rho, weight_decay, wd) gets its value,
            `t` the number of the step from 1, one with a default keeps it, and what is left is state: it
            starts at zeros and comes back after w, in the same order. `step(w, grad_fn, ...)` gets the
            gradient as a function of a point instead, and may ask it more than once in a step.
        params: a float array, changed in place.
        settings: hyper-parameters by PyTorch's names; those that `own` does not take are left out.

    Raises:
        Trouble: something else than these, or a class that cannot be made. `step` raises it too: for an error
            inside, for a result of another kind or shape, for params that do not move.

    >>> def momentum_step(w, grad, velocity, lr, momentum):
    ...     velocity = momentum * velocity + grad
    ...     return w - lr * velocity, velocity
    >>> opt = own_optimizer(momentum_step, np.array([1.0, 1.0]), lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     opt.step(opt.params[0])
    >>> opt.params[0]
    array([0.76, 0.76])
    """
    if not callable(own):
        raise Trouble(f"A step function or an optimizer class is needed, got {_short(own)}.")
    makes = inspect.isclass(own) or next(iter(parameters_of(own)), None) in ("params", "parameters")
    return (_OwnClass if makes else _OwnFunction)(own, params, settings)


class _Own:
    def __init__(self, own, params, settings):
        self.name = name_of(own)
        self.own = own
        self.params = [params]
        self.settings = settings
        self.t = 0

    def step(self, grads, closure=None):
        """One step, in place. grads: an array of the shape of params, or a list with that one array.

        closure: () -> (loss, grads) at the present params, for rules that look elsewhere in the same step.
        """
        (grad,) = grads if isinstance(grads, (list, tuple)) else (grads,)
        try:
            with np.errstate(all="ignore"):
                self._step(np.array(grad), closure)
        except Trouble:
            raise
        except Exception as error:
            kind = type(error).__name__
            raise Trouble(f"{self.name} stopped at step {self.t + 1}: {kind}: {_short(error, 90)}") from error
        self.t += 1


class _OwnFunction(_Own):
    def __init__(self, own, params, settings):
        super().__init__(own, params, settings)
        parameters = parameters_of(own)
        if len(parameters) < 2:
            raise Trouble(f"{self.name} takes {len(parameters)} arguments; step(w, grad, ...) is needed.")
        first, second = list(parameters)[:2]
        if first == "grad_fn":
            raise Trouble(f"{self.name} takes grad_fn first; step(w, grad, ...) or step(w, grad_fn, ...) is "
                          "needed, one step of the way.")
        self.asks = second == "grad_fn"
        self.usual = UPHILL if self.asks else USUAL
        self.inputs, self.state = [], {}
        for name, parameter in list(parameters.items())[2:]:
            name = ALIASES.get(name, name)
            self.inputs.append((name, parameter.default))
            if parameter.default is EMPTY and not {name} & {*settings, *self.usual, *COUNTERS}:
                self.state[name] = np.zeros_like(params)

    def set(self, **settings):
        self.settings = {**self.settings, **settings}

    def _step(self, grad, closure):
        (w,) = self.params
        slope = self._slopes(grad, closure) if self.asks else grad
        result = self.own(w.copy(), slope, *[self._value(*given) for given in self.inputs])
        wanted = f"({', '.join(['w', *self.state])})" if self.state else "w"
        parts = result if self.state else (result,)
        if not _are_arrays(parts, w.shape, 1 + len(self.state)):
            raise Trouble(f"{self.name} returned {_short(result)} at step {self.t + 1}; {wanted} is needed, "
                          f"{'each ' if self.state else ''}of shape {w.shape}.")
        w[...] = parts[0]
        self.state = {name: np.array(part, dtype=w.dtype)
                      for name, part in zip(self.state, parts[1:], strict=True)}

    def _slopes(self, grad, closure):
        """The gradient as a function of a point of the shape of w. At w it is the one that is known."""
        (w,) = self.params
        here = w.copy()

        def grad_fn(point):
            point = np.asarray(point, w.dtype)
            if point.shape != w.shape:
                raise Trouble(f"{self.name} asked grad_fn for a point of shape {point.shape} at step "
                              f"{self.t + 1}; {w.shape} is needed.")
            if np.array_equal(point, here):
                return grad.copy()
            w[...] = point
            try:
                _, there = closure()
            finally:
                w[...] = here
            return np.array(there)

        return grad_fn

    def _value(self, name, default):
        if name in self.state:
            return self.state[name].copy()
        if name in COUNTERS:
            return self.t + 1
        if name in ("beta1", "beta2") and "betas" in self.settings:
            return self.settings["betas"][int(name[-1]) - 1]
        return self.settings.get(name, self.usual.get(name) if default is EMPTY else default)


class _OwnClass(_Own):
    def __init__(self, own, params, settings):
        super().__init__(own, params, settings)
        taken = parameters_of(own)
        given = {name: value for name, value in settings.items() if name in taken}
        try:
            self.optimizer = own(params, **given)
        except Exception as error:
            raise Trouble(
                f"{self.name} could not be made: {type(error).__name__}: {_short(error, 90)}"
            ) from error
        if not callable(getattr(self.optimizer, "step", None)):
            raise Trouble(f"{self.name} has no step(grads).")
        self.looks_twice = "closure" in parameters_of(self.optimizer.step)
        self.still = 0

    def set(self, **settings):
        self.settings = {**self.settings, **settings}
        for name, value in settings.items():
            if hasattr(self.optimizer, name):
                setattr(self.optimizer, name, value)

    def _step(self, grad, closure):
        (w,) = self.params
        before = w.copy()
        self.optimizer.step(grad, **({"closure": closure} if self.looks_twice else {}))
        if w.shape != before.shape:
            raise Trouble(f"{self.name} gave params another shape, {w.shape}.")
        moved = not np.array_equal(w, before, equal_nan=True)
        self.still = 0 if moved or not grad.any() or not self.settings.get("lr", 1) else self.still + 1
        if self.still == 3:
            raise Trouble(f"{self.name}.step leaves params as they are: change them in place, params -= ...")


@dataclass
class Walk:
    """Where a learner's rule went: params (steps + 1, n), the step at which it diverged or None, and the
    trouble that ended it, or ""."""

    params: np.ndarray
    diverged_at: int | None = None
    trouble: str = ""


def walk(own, grad, start, steps, seconds=PATIENCE, until=None, **settings):
    """Let a learner's rule walk: as far as it gets in `steps` steps and `seconds` seconds. Too few seconds
    are a trouble too.

    Args:
        own, settings: as in own_optimizer. grad: the gradient, a function of a point of shape (n,) and the
        number of the step from 1. start: shape (n,). until: a function (w, step) -> bool, asked after each
        step; True ends the walk.

    >>> def my_step(w, grad, lr):
    ...     return w - lr * grad if abs(w[0]) > 0.5 else 1 / 0
    >>> went = walk(my_step, lambda w, t: w, [1.0], 100, lr=0.1)
    >>> len(went.params) - 1, went.trouble
    (7, 'my_step stopped at step 8: ZeroDivisionError: division by zero')
    """
    w = np.array(start, float)
    points, far, stop = [w.copy()], FAR * max(1.0, float(np.abs(w).max())), time.monotonic() + seconds
    try:
        optimizer = own_optimizer(own, w, **settings)
        for step in range(1, steps + 1):
            optimizer.step(grad(w, step), closure=lambda step=step: (0.0, grad(w, step)))
            points.append(w.copy())
            if not np.abs(w).max() <= far:
                return Walk(np.array(points), step, f"{optimizer.name} diverged at step {step}.")
            if until is not None and until(w, step):
                break
            if step < steps and time.monotonic() > stop:
                return Walk(np.array(points), None, too_slow(own, step, steps, seconds))
    except Trouble as trouble:
        return Walk(np.array(points), None, str(trouble))
    return Walk(np.array(points))


class OwnLandscape:
    """A learner's landscape: value(points) and grad(points), checked at every call.

    own: a function of points (..., n) to heights (...), or of one number for each axis, f(x, y); or an object
    with `value` and maybe `grad`, as in optimlab.landscapes. Without `grad` it is taken by central
    differences. Raises Trouble for nan, for another shape and for an error inside. With forgive, what is not
    a number counts as infinitely high, and flat: for walkers that have left the picture.

    >>> bowl = OwnLandscape(lambda x, y: x**2 + 3 * y**2)
    >>> bowl.grad(np.array([1.0, 1.0])).round(6)
    array([2., 6.])
    """

    def __init__(self, own, n=2, forgive=False):
        self.forgive = forgive
        self._value = getattr(own, "value", own)
        self._grad = getattr(own, "grad", None)
        if not callable(self._value):
            raise Trouble(f"A landscape is a function of a point, got {_short(own)}.")
        self.name = name_of(own)
        names = [p for p in parameters_of(self._value).values() if p.default is EMPTY]
        self._spread = n > 1 and len(names) == n
        self.minima = getattr(own, "minima", None)

    def value(self, points):
        """Heights (...) at points (..., n)."""
        points = np.asarray(points, float)
        arguments = np.moveaxis(points, -1, 0) if self._spread else (points,)
        return self._checked(lambda: self._value(*arguments), points, points.shape[:-1], np.inf)

    def grad(self, points):
        """Slopes (..., n) at points (..., n)."""
        points = np.asarray(points, float)
        if self._grad is not None:
            return self._checked(lambda: self._grad(points), points, points.shape, 0.0)
        return self._checked(lambda: self._differences(points), points, points.shape, 0.0)

    def _differences(self, points):
        h = 1e-6 * np.maximum(1.0, np.abs(points))
        slopes = np.empty(points.shape)
        for i in range(points.shape[-1]):
            aside = np.zeros(points.shape)
            aside[..., i] = h[..., i]
            slopes[..., i] = (self.value(points + aside) - self.value(points - aside)) / (2 * h[..., i])
        return slopes

    def _checked(self, compute, points, shape, instead):
        try:
            with np.errstate(all="ignore"):
                result = compute()
        except Trouble:
            raise
        except Exception as error:
            raise Trouble(f"{self.name} stopped: {type(error).__name__}: {_short(error, 90)}") from error
        if not _are_arrays((result,), shape, 1):
            raise Trouble(f"{self.name} returned {_short(result)}; shape {shape} is needed for points of "
                          f"shape {points.shape}.")
        result = np.asarray(result, float)
        if self.forgive:
            return np.where(np.isnan(result), instead, result)
        if np.isnan(result).any():
            where = points[np.isnan(result).reshape(points.shape[:-1] + (-1,)).any(axis=-1)]
            place = ", ".join(f"{x:.3g}" for x in where[0])
            raise Trouble(f"{self.name} is not a number at ({place}).")
        return result


def too_slow(own, done, wanted, seconds):
    """What is said of a rule that was cut short."""
    return f"{name_of(own)} is too slow for this picture: {done} of {wanted} steps in {seconds:g} s."


def name_of(own):
    name = getattr(own, "__name__", None) or getattr(own, "name", None) or type(own).__name__
    return "Your function" if name == "<lambda>" else str(name)


def parameters_of(function):
    """name -> parameter; nothing where Python cannot tell. A class's are those of its __init__."""
    try:
        return dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return {}


def _are_arrays(parts, shape, count):
    try:
        return len(parts) == count and all(np.asarray(part, float).shape == shape for part in parts)
    except (TypeError, ValueError):
        return False


def _short(value, most=40):
    if isinstance(value, np.ndarray) and value.size > 3:
        return f"an array of shape {value.shape}"
    text = " ".join((str(value) if isinstance(value, Exception) else repr(value)).split())
    if len(text) <= most:
        return text
    return f"{text[: most - 3]}..." if isinstance(value, Exception) else f"a {type(value).__name__}"
