"""Numbers from papers, obtained with this library's optimizers and set beside their theory."""

import math
from typing import NamedTuple

import numpy as np

from optimlab import data, nn, optim, theory
from optimlab.losses import mse
from optimlab.train import hessian_vector, sharpness

KAPPAS = (10, 100, 1000, 10_000)


class Number(NamedTuple):
    """One number: what it is, what was obtained, what theory says, whose that is."""

    what: str
    obtained: float
    theory: float
    source: str


def rates():
    """The factor by which a step shortens the distance, in the long run, on diag(1, kappa)."""
    found = []
    for kappa in KAPPAS:
        low = math.sqrt(kappa)
        beta = math.sqrt(3 * kappa + 1)
        methods = {
            "gradient descent": (theory.gradient_descent(1, kappa), (kappa - 1) / (kappa + 1), "Cauchy 1847"),
            "heavy ball": (theory.heavy_ball(1, kappa), (low - 1) / (low + 1), "Polyak 1964"),
            "Nesterov, lr 1/L": (theory.nesterov(1, kappa), 1 - 1 / low, "Nesterov 2018"),
            "Nesterov, best for quadratics": (
                {"lr": 4 / (3 * kappa + 1), "momentum": (beta - 2) / (beta + 2), "nesterov": True},
                1 - 2 / beta, "Lessard, Recht and Packard 2016"),
        }
        for name, (settings, rate, source) in methods.items():
            found.append(Number(f"{name}, kappa {kappa}: rate", rate_of(kappa, settings, rate), rate, source))
    return found


def rate_of(kappa, settings, rate):
    """The mean factor over the second half of a run that shrinks by 1e-100, of 20,000 steps at most."""
    steps = min(20_000, int(-230 / math.log(rate)))
    h, w = np.array([1.0, kappa]), np.array([1.0, 1.0])
    optimizer, lengths = optim.SGD(w, **settings), []
    for _ in range(steps):
        optimizer.step(h * w)
        lengths.append(float(np.hypot(*w)))
    half = steps // 2
    return (lengths[-1] / lengths[half]) ** (1 / (steps - 1 - half))


def stability_limits():
    """The largest lr, in units of 1/L, that does not diverge at momentum 0.9: a fine grid as one run."""
    found = []
    for name, nesterov in (("heavy ball", False), ("Nesterov", True)):
        limit = theory.largest_stable_lr(1, 0.9, nesterov)
        lrs = np.linspace(limit - 0.05, limit + 0.05, 1001)
        w = np.ones_like(lrs)
        optimizer, first = optim.SGD(w, lr=lrs, momentum=0.9, nesterov=nesterov), None
        size = np.zeros_like(w)
        for t in range(3000):
            optimizer.step(w.copy())
            size = np.maximum(size, np.abs(w)) if t % 1500 >= 750 else np.zeros_like(w)
            if t == 1499:
                first = size.copy()
        stable = size <= first
        found.append(Number(f"{name}, momentum 0.9: largest stable lr", float(lrs[stable].max()), limit,
                            "Polyak 1964" if not nesterov else "roots of the recurrence"))
    return found


def marginal_value(n=200, p=0.7, seed=0):
    """Wilson and others' constructed data: adaptive methods fit them and call every new example +1."""
    rng = np.random.default_rng(seed)
    y = np.where(rng.random(n) < p, 1.0, -1.0)
    X = np.zeros((n, 3 + 5 * n))
    X[:, 0], X[:, 1:3] = y, 1
    for i in range(n):
        X[i, 3 + 5 * i] = 1
        X[i, 4 + 5 * i:8 + 5 * i] = (1 - y[i]) / 2
    fresh = np.where(rng.random(20_000) < p, 1.0, -1.0)
    top = np.linalg.norm(X, 2) ** 2
    steps = 8000

    def falling(lr):
        return lambda t: lr * 0.5 * (1 + math.cos(math.pi * min(t / steps, 1)))

    makers = {
        "gradient descent": lambda w: optim.SGD(w, lr=1 / top),
        "heavy ball": lambda w: optim.SGD(w, lr=1 / top, momentum=0.9),
        "Adagrad": lambda w: optim.Adagrad(w, lr=0.01),
        "RMSprop": lambda w: optim.RMSprop(w, lr=falling(1e-3)),
        "Adam": lambda w: optim.Adam(w, lr=falling(1e-3)),
    }
    found = []
    for name, maker in makers.items():
        w = np.zeros(X.shape[1])
        optimizer = maker(w)
        for _ in range(steps):
            optimizer.step(X.T @ (X @ w - y))
        found.append(Number(f"{name}: residual on the {n} training examples",
                            float(np.abs(X @ w - y).max()), 0.0, "Wilson and others 2017"))
        wrong = float(np.mean(np.sign(w[0] * fresh + w[1] + w[2]) != fresh))
        expected = 1 - p if name not in ("gradient descent", "heavy ball") else 0.0
        found.append(Number(f"{name}: share of new examples named wrong", wrong, expected,
                            "Wilson and others 2017"))
    return found


def adam_diverges(steps=9_000):
    """Reddi's stream 3, -1, -1, ... on [-1, 1], whose best point is -1; beta1 0, beta2 1/(1 + 9)."""
    found = []
    for name, amsgrad, place in (("Adam", False, 1.0), ("AMSGrad", True, -1.0)):
        w = np.zeros(1)
        optimizer = optim.Adam(w, lr=lambda t: 0.3 / math.sqrt(t + 1), betas=(0.0, 0.1), amsgrad=amsgrad)
        regret = 0.0
        for t in range(steps):
            slope = 3.0 if t % 3 == 0 else -1.0
            regret += slope * (w[0] + 1)
            optimizer.step(np.array([slope]))
            np.clip(w, -1, 1, out=w)
        found.append(Number(f"{name} on 3, -1, -1: where it ends", float(w[0]), place,
                            "Reddi, Kale, Kumar 2018"))
        found.append(Number(f"{name} on 3, -1, -1: regret a step", float(regret) / steps,
                            2 / 3 if not amsgrad else 0.0, "Reddi, Kale, Kumar 2018"))
    w = np.zeros(1)
    optimizer = optim.Adam(w, lr=lambda t: 0.3 / math.sqrt(t + 1), betas=(0.0, 0.99))
    for t in range(steps):
        optimizer.step(np.array([3.0 if t % 3 == 0 else -1.0]))
        np.clip(w, -1, 1, out=w)
    found.append(Number("Adam with beta2 0.99: where it ends", float(w[0]), -1.0, "Zhang and others 2022"))
    return found


def adam_diverges_by_chance(steps=200_000, runs=32, seed=0):
    """Slopes 1010 with probability 0.01, else -10, on [-1, 1]: best is -1; AMSGrad has only set out."""
    found = []
    for name, amsgrad, place in (("Adam", False, 1.0), ("AMSGrad", True, -1.0)):
        rng, w = np.random.default_rng(seed), np.zeros(runs)
        optimizer = optim.Adam(w, lr=lambda t: 0.3 / math.sqrt(t + 1), betas=(0.9, 0.99), amsgrad=amsgrad)
        for _ in range(steps):
            optimizer.step(np.where(rng.random(runs) < 0.01, 1010.0, -10.0))
            np.clip(w, -1, 1, out=w)
        found.append(Number(f"{name} on a rare large slope: where it is after {steps:,} steps",
                            float(np.median(w)), place, "Reddi, Kale, Kumar 2018"))
    return found


def edge_of_stability(steps=12_000):
    """Sharpness over its threshold, median of the last half, in full-batch training of a small tanh net."""
    x = np.linspace(-1, 1, 20)[:, None]
    y = 16 * x**5 - 20 * x**3 + 5 * x
    found = []
    cases = [(f"GD, lr {lr}", lambda w, lr=lr: optim.SGD(w, lr=lr), 2 / lr, False) for lr in (0.05, 0.1, 0.2)]
    cases += [("momentum 0.9, lr 0.1", lambda w: optim.SGD(w, lr=0.1, momentum=0.9), 3.8 / 0.1, False),
              ("Adam, lr 0.001", lambda w: optim.Adam(w, lr=1e-3), 38 / 1e-3, True)]
    for name, maker, limit, scaled in cases:
        model = nn.MLP(1, 24, 24, 1, activation=nn.Tanh, criterion=mse, rng=0, dtype=np.float64)
        optimizer, seen = maker(model.params), []
        for t in range(steps):
            model.loss(x, y)
            optimizer.step(model.grads)
            if t > steps // 2 and t % 300 == 0:
                seen.append(scaled_sharpness(model, x, y, optimizer) if scaled else sharpness(model, x, y))
        found.append(Number(f"{name}: sharpness over its threshold {limit:g}", float(np.median(seen)) / limit,
                            1.0, "Cohen and others 2021, 2022"))
    return found


def scaled_sharpness(model, x, y, optimizer, iters=30):
    """The largest eigenvalue of the Hessian between the roots of Adam's denominators."""
    state, t = optimizer.state[0], optimizer.t
    root = np.sqrt(np.sqrt(state["exp_avg_sq"] / (1 - 0.999**t)) + 1e-8)
    v, value = np.random.default_rng(0).normal(size=root.size), 0.0
    for _ in range(iters):
        v /= np.linalg.norm(v)
        product = hessian_vector(model, x, y, v / root) / root
        value, v = float(v @ product), product
    return value


def noise_scale(draws=20_000, small=4, big=64, seed=0):
    """McCandlish's simple noise scale from the squared lengths of gradients at two batch sizes."""
    problem = data.NoisyQuadratic([1.0, 3.0, 10.0], noise=4.0, n=2048)
    w, rng = np.array([0.5, 0.2, 0.1]), np.random.default_rng(seed)
    squares = {}
    for size in (small, big):
        rows = rng.integers(len(problem), size=(draws, size))
        grads = problem.curvatures * (w - problem.centers[rows].mean(axis=1))
        squares[size] = float(np.mean(np.sum(grads**2, axis=1)))
    signal = (big * squares[big] - small * squares[small]) / (big - small)
    trace = (squares[small] - squares[big]) / (1 / small - 1 / big)
    exact = 3 * 4.0**2 / float(np.sum(problem.grad(w) ** 2))
    return [Number("simple noise scale from batches of 4 and 64", trace / signal, exact,
                   "McCandlish and others 2018")]


def stationary_variance(steps=2000, runs=4000, seed=0):
    """SGD on x^2/2 with gradient noise 1 and lr 0.05 B: linear scaling holds while lr is far below 2."""
    sizes = np.array([1, 2, 4, 32])
    lrs = 0.05 * sizes
    rng, w = np.random.default_rng(seed), np.zeros((len(sizes), runs))
    optimizer, squares = optim.SGD(w, lr=lrs[:, None]), []
    for t in range(steps):
        optimizer.step(w + rng.normal(size=w.shape) / np.sqrt(sizes)[:, None])
        if t >= steps // 2 and t % 50 == 0:
            squares.append(np.mean(w**2, axis=1))
    return [Number(f"SGD, B {B}, lr {lr:g}: stationary variance", float(v), float(lr / (B * (2 - lr))),
                   "Mandt, Hoffman and Blei 2017")
            for B, lr, v in zip(sizes, lrs, np.mean(squares, axis=0), strict=True)]


def adam_steps():
    """Adam's first step whatever the gradient, and its step at a spike after a long silence, over lr."""
    found = []
    for g in (1e-3, 1.0, 1e6):
        w = np.zeros(1)
        optim.Adam(w, lr=1.0).step(np.array([g]))
        found.append(Number(f"Adam, gradient {g:g}: first step over lr", float(-w[0]), 1.0,
                            "Kingma and Ba 2015"))
    w = np.zeros(1)
    optimizer = optim.Adam(w, lr=1.0)
    for _ in range(20_000):
        optimizer.step(np.zeros(1))
    optimizer.step(np.ones(1))
    return [*found, Number("Adam, a spike after 20,000 zeros: step over lr", float(-w[0]),
                           (1 - 0.9) / math.sqrt(1 - 0.999), "Kingma and Ba 2015")]


QUICK = (stability_limits, adam_diverges, noise_scale, stationary_variance, adam_steps)
LONG = (rates, marginal_value, adam_diverges_by_chance, edge_of_stability)
