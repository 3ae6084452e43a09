"""A training under way for the dashboard: a session that takes a few steps at a time, and what it records."""

import math
import time
from functools import cache

import numpy as np

from optimlab import data, losses, nn
from optimlab.clipping import clip_global_norm
from optimlab.live.learners import OWN, Trouble, own_optimizer
from optimlab.optim import SGD, Adam, AdamW, RMSprop
from optimlab.train import DIVERGED
from optimlab.train.curvature import top_eigenpair

CHEBYSHEV, DENSE, CONV, RECURRENT = "Chebyshev net", "MLP, digits", "CNN, digits", "RNN, sunspots"
MODELS = (CHEBYSHEV, DENSE, CONV, RECURRENT)
OPTIMIZERS = {
    "SGD": lambda params, lr: SGD(params, lr=lr),
    "momentum 0.9": lambda params, lr: SGD(params, lr=lr, momentum=0.9),
    "RMSprop": lambda params, lr: RMSprop(params, lr=lr),
    "Adam": lambda params, lr: Adam(params, lr=lr),
    "AdamW": lambda params, lr: AdamW(params, lr=lr),
}
BATCHES = ("all", "8", "32", "128")
RESTART = ("model", "optimizer", "gain", "length", "seed")  # what only a new session can take
EVERY = {CHEBYSHEV: 50, DENSE: 25, CONV: 25, RECURRENT: 25}  # steps between two looks at the curvature
ITERATIONS = {CHEBYSHEV: 40, DENSE: 5, CONV: 2, RECURRENT: 3}  # products with the Hessian at each look
EXAMPLES = 64  # whose curvature is measured; the Chebyshev net has 20
LOOK = 10  # steps between two looks at validation, layers and ratios
BINS = np.linspace(-10, 2, 37)  # of log10 |g|


class Session:
    """One training. follow() takes new values in mid-run, advance() trains.

    Attributes: step, the steps taken; ended, whether it has diverged; diverged_at, the step or None.
    """

    def __init__(self, values, own=None, changes=None):
        if values["optimizer"] == OWN and own is None:
            raise Trouble("Give your step function or optimizer class: live.dashboard(own=my_step).")
        self.began, self.values, self.told, self.own = dict(values), dict(values), dict(values), own
        self.planned, self.made, self.news = _plan(changes), {}, {}
        self.model, self.train, self.val = _problem(values["model"], values["length"], values["seed"])
        for name, view in self.model.views.items():
            if "weight" in name:
                view *= values["gain"]
        self.layers = [name for name in self.model.views if "weight" in name]
        settings = {"lr": values["lr"]}
        if values["optimizer"] == OWN:
            self.optimizer = own_optimizer(own, self.model.params, **settings)
        else:
            self.optimizer = OPTIMIZERS[values["optimizer"]](self.model.params, **settings)
        self.rng = np.random.default_rng([values["seed"], 1])
        self.direction = np.random.default_rng(0).normal(size=self.model.params.shape)
        self.step, self.diverged_at, self.order = 0, None, []
        self.loss, self.norm, self.lr = [], [], []
        self.looks, self.val_loss, self.ratios, self.curved, self.sharpness = [], [], [], [], []
        self.clipped = 0
        self.first = self.spread = None

    @property
    def ended(self):
        return self.diverged_at is not None

    def follow(self, values):
        """Take new values; False if only a new session can."""
        if any(values[name] != self.values[name] for name in RESTART):
            return False
        changed = {
            name: value
            for name, value in values.items()
            if name != "steps" and value not in (self.told[name], self.values[name])
        }
        self.told = dict(values)
        if changed:
            if self.step:
                self.made.setdefault(self.step, {}).update(changed)
            else:
                self.began.update(changed)
            self._set(changed)
        return True

    def _set(self, changed):
        self.values.update(changed)
        if "lr" in changed:
            if isinstance(self.optimizer, (SGD, RMSprop, Adam, AdamW)):
                self.optimizer.lr = changed["lr"]
            else:
                self.optimizer.set(lr=changed["lr"])

    def given(self):
        return self.began

    def more(self):
        """Arguments that recreate what was given besides the values, as code."""
        changes = {step: self.made[step] for step in sorted(self.made)}
        own = [f"own={self.optimizer.name}"] if self.values["optimizer"] == OWN else []
        return own + ([f"changes={changes}"] if changes else [])

    def changed(self):
        """Values that the plan has set since this was last asked."""
        news, self.news = self.news, {}
        return news

    def advance(self, until, seconds=math.inf):
        """Train to the step `until`, or for so many seconds, or to a divergence."""
        stop = time.perf_counter() + seconds
        with np.errstate(all="ignore"):
            while self.step < until and not self.ended:
                self._step()
                if time.perf_counter() > stop:
                    return

    def _step(self):
        if self.step in self.planned:
            planned = self.planned[self.step]
            self.made[self.step] = dict(planned)
            self.news.update(planned)
            self._set(planned)
        model, look = self.model, self.step % LOOK == 0
        if self.step % EVERY[self.values["model"]] == 0:
            self._measure()
        loss = self._gradient()
        grads = model.grads
        norm = float(np.sqrt(grads @ grads))
        if self.first is None:
            self.first = self._histograms()
        far = DIVERGED * max(self.loss[0] if self.loss else loss, 1)
        if not abs(loss) <= far or not norm < math.inf:
            self.diverged_at = self.step
            return
        if look:
            before, self.spread = model.params.copy(), self._histograms()
            self.val_loss.append(_loss(model, *self.val))
        if self.values["clip"] and norm > self.values["max_norm"]:
            self.clipped += 1
            grads = clip_global_norm(grads, self.values["max_norm"])
        self.optimizer.step(grads, closure=lambda: (self._again(), model.grads))
        self.loss.append(loss)
        self.norm.append(norm)
        self.lr.append(self.values["lr"])
        if look:
            self.looks.append(self.step)
            self.ratios.append(self._ratios(before))
        self.step += 1

    def _gradient(self):
        """The loss of the next minibatch, its gradient in model.grads."""
        x, y = self.train
        if self.values["batch"] != "all":
            size = int(self.values["batch"])
            if len(self.order) < min(size, len(x)):
                self.order = self.rng.permutation(len(x))
            rows, self.order = self.order[:size], self.order[size:]
            x, y = x[rows], y[rows]
        self.batch = x, y
        return float(self.model.loss(x, y))

    def _again(self):
        return float(self.model.loss(*self.batch))

    def _measure(self):
        x, y = self.train
        iterations = ITERATIONS[self.values["model"]]
        if not self.curved:
            iterations = max(iterations, 12)  # the first direction is drawn at random
        value, self.direction = top_eigenpair(
            self.model, x[:EXAMPLES], y[:EXAMPLES], self.direction, iterations, 1e-3
        )
        if math.isfinite(value):
            self.curved.append(self.step)
            self.sharpness.append(value)
        else:
            self.direction = np.random.default_rng(0).normal(size=self.model.params.shape)

    def _histograms(self):
        """layer -> (share of its gradients in each bin of BINS, share that is exactly 0)."""
        found = {}
        for name in self.layers:
            g = np.abs(self.model.grad_views[name].ravel())
            with np.errstate(divide="ignore"):
                size = np.clip(np.log10(g[g > 0]), BINS[0] + 1e-9, BINS[-1] - 1e-9)
            found[name] = np.histogram(size, BINS)[0] / g.size, float(np.mean(g == 0))
        return found

    def _ratios(self, before):
        """||update|| / ||weight|| of each layer in the step just taken."""
        start, found = 0, []
        for name, view in self.model.views.items():
            if name in self.layers:
                old = before[start : start + view.size]
                change = view.ravel() - old
                size = float(np.linalg.norm(old))
                found.append(float(np.linalg.norm(change)) / size if size else math.nan)
            start += view.size
        return found

    def result(self):
        """All that is drawn, as arrays."""
        return {
            "step": self.step,
            "values": dict(self.values),
            "loss": np.array(self.loss),
            "norm": np.array(self.norm),
            "lr": np.array(self.lr),
            "looks": np.array(self.looks),
            "val_loss": np.array(self.val_loss),
            "layers": self.layers,
            "ratios": np.array(self.ratios).reshape(len(self.looks), len(self.layers)),
            "first": self.first,
            "spread": self.spread,
            "curved": np.array(self.curved),
            "sharpness": np.array(self.sharpness),
            "clipped": self.clipped,
            "ups": int(np.sum(np.diff(self.loss) > 0)),
            "reach": self._reach(),
            "diverged_at": self.diverged_at,
        }

    def _reach(self):
        """For the RNN: how much of the gradient at the last input arrives at the first; else None."""
        if self.values["model"] != RECURRENT or self.ended:
            return None
        model, (x, y) = self.model, self.train
        with np.errstate(all="ignore"):
            _, dout = model.criterion(model.forward(x[:EXAMPLES]), y[:EXAMPLES])
            kept = model.grads.copy()
            sizes = np.linalg.norm(model.backward(dout), axis=(0, 2))
            model.grads[...] = kept
        return float(sizes[0] / sizes[-1]) if sizes[-1] > 0 else 0.0


def _plan(changes):
    """changes, checked: {step: {name: value}}."""
    plan = {}
    for step, values in (changes or {}).items():
        allowed = {"lr", "clip", "max_norm", "batch"}
        if not isinstance(values, dict) or set(values) - allowed or not float(step).is_integer() or step < 1:
            raise ValueError(
                f"changes={changes!r}: give {{step: {{'lr': ...}}}}, with lr, clip, max_norm or batch"
            )
        plan[int(step)] = dict(values)
    return plan


def _problem(name, length, seed):
    """A fresh model, and its training and validation part."""
    train, val = _parts(name, length)
    if name == CHEBYSHEV:
        return nn.chebyshev_net() if seed == 0 else nn.chebyshev_net(seed), train, val
    if name == DENSE:
        return nn.MLP(64, 32, 32, 10, rng=seed), train, val
    if name == CONV:
        return nn.CNN(1, 8, 10, channels=(4, 8), rng=seed), train, val
    return nn.RecurrentClassifier(1, 16, 1, cell="RNN", criterion=losses.mse, rng=seed), train, val


@cache
def _parts(name, length):
    if name == CHEBYSHEV:
        curve = data.chebyshev()
        return curve.train, curve.val
    if name == RECURRENT:
        spots = data.sunspots()
        mean, std = spots.train.mean(), spots.train.std()
        before = np.concatenate([spots.train[-length:], spots.val])
        return tuple(data.windows((part - mean) / std, length) for part in (spots.train, before))
    digits = data.digits()
    few = 512
    return data.Part(digits.train.x[:few], digits.train.y[:few]), digits.val


def _loss(model, x, y):
    return float(model.evaluate(x, y))
