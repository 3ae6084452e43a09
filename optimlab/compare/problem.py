"""What optimizers are compared on: a landscape to walk down, or a network to train, with a budget."""

import functools
import time
import zlib

import numpy as np

from optimlab import optim, schedules
from optimlab.compare.result import DIVERGED, Result
from optimlab.compare.rules import Watched
from optimlab.data import Dataset, check_part
from optimlab.data.parts import check_level, check_whole
from optimlab.train import DIVERGED as LIMIT
from optimlab.train import descend, evaluate, fit

POINTS = 400    # of a curve that are kept
SCHEDULES = {
    "constant": lambda lr, steps: lr,
    "cosine": lambda lr, steps: schedules.cosine(lr, T_max=steps),
    "linear": lambda lr, steps: schedules.linear(lr, 0.0, total_iters=steps),
    "warmup_cosine": lambda lr, steps: schedules.warmup(schedules.cosine(lr, T_max=steps), steps // 20 + 1),
}


class Walk:
    """A landscape to walk down in a number of steps. Score: the loss above its lowest value.

    Args:
        landscape: one of optimlab.landscapes, or anything with value, grad and minima.
        steps: the budget, the same for all.
        start: a point, or a function seed -> point; if left out, drawn anew by each seed from the
            landscape's view, and beyond two coordinates from a normal distribution.
        noise: standard deviation of what is added to each coordinate of each gradient, the same draws for
            every optimizer.
        by: "loss", or "distance" to the nearest minimum as a share of that at the start.
        schedule: "constant", "cosine", "linear", "warmup_cosine", or a function (lr, steps) -> schedule.
        target: the score to be reached; None lets the study choose one.
        name: what to call it.

    Raises:
        TypeError, ValueError: a landscape that is none, numbers out of range, an unknown word.

    >>> from optimlab import landscapes
    >>> Walk(landscapes.valley(10), steps=69, start=(1, 1), by="distance")
    Walk(quadratic with curvatures 1, 10, 69 steps, start (1, 1), by distance)
    """

    has_test = False
    measure = "loss"

    def __init__(self, landscape, steps=200, *, start=None, noise=0.0, by="loss", schedule="constant",
                 target=None, name=None):
        for needed in ("value", "grad", "minima"):
            if not hasattr(landscape, needed):
                raise TypeError("landscape: one of optimlab.landscapes is needed, "
                                f"{type(landscape).__name__} has no {needed}")
        check_whole("steps", steps, least=1)
        check_level("noise", noise)
        if by not in ("loss", "distance"):
            raise ValueError(f"by: 'loss' or 'distance' is needed, got {by!r}")
        self.landscape, self.steps, self.start, self.noise, self.by = landscape, steps, start, noise, by
        self.schedule, self._scheduled, self.target = schedule, scheduled(schedule), target
        self.name = name or getattr(landscape, "name", type(landscape).__name__)
        self.measure = {"loss": "loss above the lowest", "distance": "distance to the minimum"}[by]

    def point(self, seed):
        """Where the run with this seed starts, float64 of shape (n,)."""
        n = np.shape(self.landscape.minima)[-1]
        if callable(self.start):
            return np.array(self.start(seed), dtype=float)
        if self.start is not None:
            return np.array(self.start, dtype=float)
        rng = np.random.default_rng([seed, 1])
        if n == 2 and hasattr(self.landscape, "view"):
            low, high = np.transpose(self.landscape.view)
            return rng.uniform(low, high)
        return rng.normal(size=n)

    def run(self, rule, setting, seed, final=False):
        """What one run measured: {field of Result: value}."""
        w = self.point(seed)
        optimizer = Watched(rule(w, **with_schedule(setting, self._scheduled, self.steps)), [w])
        clock = Clock(optimizer)
        history = descend(Noisy(self.landscape, self.noise, seed), optimizer, self.steps)
        scores = history.loss - self._lowest() if self.by == "loss" else \
            history.distance / (history.distance[0] or 1.0)
        return outcome(np.arange(len(scores)), scores, history.diverged_at, optimizer, clock)

    def _lowest(self):
        return float(np.min(self.landscape.value(np.asarray(self.landscape.minima, dtype=float))))

    def told(self):
        """What decides a run, for the store: equal for equal problems."""
        return {"kind": "walk", "landscape": f"{type(self.landscape).__name__} {self.landscape!r}",
                "starts": [self.point(seed).tolist() for seed in (0, 1)], "steps": self.steps,
                "noise": self.noise, "by": self.by, "schedule": schedule_name(self.schedule),
                "gradient": _mark(self.landscape.grad(self.point(0)))}

    def __repr__(self):
        more = f", start {tuple(np.asarray(self.start).tolist())}" \
            if self.start is not None and not callable(self.start) else ""
        more += f", noise {self.noise:g}" if self.noise else ""
        more += f", by {self.by}" if self.by != "loss" else ""
        more += f", {schedule_name(self.schedule)}" if self.schedule != "constant" else ""
        return f"Walk({self.name}, {self.steps} steps{more})"


class Training:
    """A network to train for a number of epochs. Score: on the validation part, at the end.

    Args:
        model: a function seed -> model of optimlab.nn, as lambda seed: nn.MLP(64, 32, 10, rng=seed).
        data: a Dataset, or a function without arguments that loads one. Only the final runs read its test
            part.
        epochs, batch_size: the budget, the same for all.
        by: "loss", or "error", the share that is named wrong.
        schedule: as for Walk.
        max_norm: clip the gradient of every step to this length; None does not.
        target: the score to be reached; None lets the study choose one.
        name: what to call it.

    Raises:
        TypeError, ValueError: a model that is no function, no Dataset, numbers out of range, an unknown word.

    >>> from optimlab import data, nn
    >>> moons = Training(lambda seed: nn.MLP(2, 16, 2, rng=seed), data.two_moons, epochs=5, name="moons")
    >>> moons
    Training(moons, 5 epochs of 10 steps)
    """

    has_test = True

    def __init__(self, model, data, epochs=10, *, batch_size=32, by="loss", schedule="constant",
                 max_norm=None, target=None, name=None):
        if not callable(model) or hasattr(model, "params"):
            raise TypeError("model: a function seed -> model is needed, so that every run starts afresh, as "
                            "lambda seed: nn.MLP(64, 32, 10, rng=seed)")
        check_whole("epochs", epochs, least=1)
        check_whole("batch_size", batch_size, least=1)
        if by not in ("loss", "error"):
            raise ValueError(f"by: 'loss' or 'error' is needed, got {by!r}")
        if max_norm is not None:
            check_level("max_norm", max_norm)
        self.model, self._given, self.epochs, self.batch_size, self.by = model, data, epochs, batch_size, by
        self.schedule, self._scheduled, self.target = schedule, scheduled(schedule), target
        self.max_norm = max_norm
        self.name = name or f"{self.model(0)!r} on {self.data.name}"
        self.measure = {"loss": "validation loss", "error": "validation error"}[by]

    @functools.cached_property
    def data(self):
        """The Dataset, loaded once in each process."""
        data = self._given() if callable(self._given) else self._given
        if not isinstance(data, Dataset):
            raise TypeError("data: a Dataset is needed, or a function that loads one, got "
                            f"{type(data).__name__}")
        return data

    def __getstate__(self):
        """A function that loads the data goes to another process without them."""
        state = dict(self.__dict__)
        if callable(self._given):
            state.pop("data", None)
        return state

    @property
    def steps(self):
        """How many steps a run takes."""
        return self.epochs * -(-len(self.data.train.x) // self.batch_size)

    def run(self, rule, setting, seed, final=False):
        """What one run measured: {field of Result: value}."""
        model = self.model(seed)
        params = params_for(rule, model)
        made = rule(params if len(params) > 1 else params[0],
                    **with_schedule(setting, self._scheduled, self.steps))
        optimizer = Watched(made, getattr(made, "params", None) if len(params) > 1 else params)
        clock = Clock(optimizer, self.max_norm)
        history = fit(model, self.data, optimizer, self.epochs, batch_size=self.batch_size, seed=seed,
                      layers=False, progress=False)
        if history.interrupted:
            raise KeyboardInterrupt
        scores = history.val_loss if self.by == "loss" else 1 - history.val_accuracy
        made = outcome(history.epoch_steps, scores, history.diverged_at, optimizer, clock)
        if final and "fate" not in made:
            for part in ("train", "test"):
                loss, accuracy = evaluate(model, *check_part(getattr(self.data, part), part))
                made[part] = float(loss if self.by == "loss" else 1 - accuracy)
        return made

    def told(self):
        """What decides a run, for the store: equal for equal problems."""
        model, data = self.model(0), self.data
        return {"kind": "training", "model": repr(model), "start": _mark(model.params), "data": data.name,
                "examples": _mark(*data.train, *data.val, *data.test), "epochs": self.epochs,
                "batch_size": self.batch_size, "by": self.by, "schedule": schedule_name(self.schedule),
                "max_norm": self.max_norm}

    def __repr__(self):
        more = f", batch_size {self.batch_size}" if self.batch_size != 32 else ""
        more += f", by {self.by}" if self.by != "loss" else ""
        more += f", {schedule_name(self.schedule)}" if self.schedule != "constant" else ""
        more += f", max_norm {self.max_norm:g}" if self.max_norm is not None else ""
        return f"Training({self.name}, {self.epochs} epochs of {self.steps // self.epochs} steps{more})"


def outcome(steps, scores, diverged_at, optimizer, clock):
    """The fields of a Result that a run has measured."""
    steps, scores = np.asarray(steps), np.asarray(scores, dtype=float)
    keep = np.unique(np.linspace(0, len(steps) - 1, min(len(steps), POINTS)).round().astype(int))
    keep = [i for i in keep if np.isfinite(scores[i])]
    made = {"steps": [int(steps[i]) for i in keep], "scores": [float(scores[i]) for i in keep],
            "evaluations": optimizer.looks, "state_bytes": optimizer.state_bytes,
            "step_seconds": clock.seconds}
    if diverged_at >= 0 or not np.isfinite(scores[-1]):
        where = f" at step {int(diverged_at)}" if diverged_at >= 0 else ""
        made.update(fate=DIVERGED, reason=f"the loss left{where}: not finite, or {LIMIT:.0e} times its first")
    else:
        made["score"] = float(scores[-1])
    return made


class Noisy:
    """A landscape whose gradients carry noise that only the seed decides."""

    def __init__(self, landscape, noise, seed):
        self.value, self.minima = landscape.value, np.atleast_2d(np.asarray(landscape.minima, dtype=float))
        self._grad, self._noise = landscape.grad, noise
        self._rng = np.random.default_rng([seed, 2])

    def grad(self, x):
        g = self._grad(x)
        return g + self._noise * self._rng.normal(size=np.shape(g)) if self._noise else g


class Clock:
    """Adds up the time of an optimizer's steps; clips the gradients on their way where asked."""

    def __init__(self, optimizer, max_norm=None):
        self.seconds, step = 0.0, optimizer.step

        def timed(grads, closure=None):
            if max_norm is not None:
                grads = _clipped(grads, max_norm)
            start = time.perf_counter()
            step(grads, closure=closure)
            self.seconds += time.perf_counter() - start

        optimizer.step = timed


def _clipped(grads, max_norm):
    arrays = grads if isinstance(grads, list) else [grads]
    length = float(np.sqrt(sum(np.vdot(g, g) for g in arrays)))
    if length <= max_norm:
        return grads
    return [g * g.dtype.type(max_norm / length) for g in arrays]


def params_for(rule, model):
    """model.params for elementwise rules, which are fastest so; its shaped views for all others."""
    whole = rule.func if isinstance(rule, functools.partial) else rule
    shaped = isinstance(whole, type) and issubclass(whole, optim.Optimizer) and not whole.elementwise
    if shaped or getattr(whole, "shaped", False):
        return [view for view in model.views.values() if view.size]
    return [model.params]


def scheduled(schedule):
    """A function (lr, steps) -> schedule, from its name or itself."""
    if callable(schedule):
        return schedule
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule: {', '.join(SCHEDULES)} or a function (lr, steps) -> schedule is needed, "
                         f"got {schedule!r}")
    return SCHEDULES[schedule]


def with_schedule(setting, scheduled, steps):
    """The setting, its lr run through a schedule."""
    if "lr" not in setting or callable(setting["lr"]):
        return setting
    return {**setting, "lr": scheduled(setting["lr"], steps)}


def schedule_name(schedule):
    return schedule if isinstance(schedule, str) else getattr(schedule, "__name__", "own schedule")


def _mark(*arrays):
    crc = 0
    for array in arrays:
        crc = zlib.crc32(np.ascontiguousarray(array).view(np.uint8).reshape(-1), crc)
    return crc


__all__ = ["POINTS", "Result", "Training", "Walk"]
