"""The sharpness of a small network in training, from ten starts: does it come to its limit, and stay?

    python experiments/12_edge.py

The Chebyshev net (673 parameters, half the mean squared error of 20 points), 12,000 steps. For each method:
`limit`, the sharpness above which it cannot stay on a quadratic; `end`, the median of the last 3,000 steps;
`ups`, the share of steps that raised the loss. One number for each seed, null where the run diverged. For
Adam the sharpness is measured in its own units: the Hessian between the roots of its denominators.
"minibatch" takes 5 of the 20 points in each step. `moons` is a classifier with cross-entropy: its sharpness
along the run, every 200 steps. About three minutes on one thread.
"""

import numpy as np

from optimlab import SGD, Adam, data, nn, results
from optimlab.train.curvature import hessian_vector, top_eigenpair

SEEDS, STEPS, EVERY = list(range(10)), 12_000, 100
METHODS = {
    "GD, lr 0.05": (lambda w: SGD(w, lr=0.05), 40, 20),
    "GD, lr 0.1": (lambda w: SGD(w, lr=0.1), 20, 20),
    "GD, lr 0.2": (lambda w: SGD(w, lr=0.2), 10, 20),
    "momentum 0.9, lr 0.2": (lambda w: SGD(w, lr=0.2, momentum=0.9), 19, 20),
    "momentum 0.5, lr 0.15": (lambda w: SGD(w, lr=0.15, momentum=0.5), 20, 20),
    "Adam, lr 0.001": (lambda w: Adam(w, lr=1e-3), 38_000, 20),
    "GD, lr 0.1, minibatch": (lambda w: SGD(w, lr=0.1), 20, 5),
}


def scaled_sharpness(model, x, y, optimizer, v, iters=40):
    """The largest curvature in Adam's units, and its direction, by power iteration from v."""
    root = (np.sqrt(optimizer.state[0]["exp_avg_sq"] / (1 - 0.999**optimizer.t)) + 1e-8) ** 0.5
    value = 0.0
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        product = hessian_vector(model, x, y, v / root) / root
        value, v = float(v @ product), product
    return value, v


def train(make, batch, seed):
    """(sharpness every EVERY steps, loss of every step); the sharpness is empty where it diverged."""
    x, y = data.chebyshev().train
    model, rng = nn.chebyshev_net(seed), np.random.default_rng(seed)
    optimizer, v = make(model.params), rng.normal(size=model.params.size)
    sharp, losses = [], []
    for step in range(STEPS):
        if step % EVERY == 0:
            if isinstance(optimizer, Adam):
                if step:
                    value, v = scaled_sharpness(model, x, y, optimizer, v)
                    sharp.append(value)
            else:
                value, v = top_eigenpair(model, x, y, v, 40, 1e-3)
                sharp.append(value)
        losses.append(model.loss(x, y))
        if not losses[-1] < 1e6:
            return [], losses
        if batch < len(x):
            rows = rng.choice(len(x), batch, replace=False)
            model.loss(x[rows], y[rows])
        optimizer.step(model.grads)
    return sharp, losses


def moons(lr=0.5, steps=20_000, every=200):
    """A classifier on all of its 200 examples at once, with cross-entropy."""
    x, y = data.two_moons(200).train
    model = nn.MLP(2, 24, 24, 2, activation=nn.Tanh, rng=0, dtype=np.float64)
    optimizer, v = SGD(model.params, lr=lr), np.random.default_rng(0).normal(size=model.params.size)
    sharp, losses = [], []
    for step in range(steps):
        if step % every == 0:
            value, v = top_eigenpair(model, x, y, v, 60, 1e-3)
            sharp.append(float(f"{value:.4g}"))
            losses.append(float(f"{model.loss(x, y):.4g}"))
        model.loss(x, y)
        optimizer.step(model.grads)
    return {"lr": lr, "every": every, "sharpness": sharp, "loss": losses}


def main():
    measured = {}
    for name, (make, limit, batch) in METHODS.items():
        end, ups = [], []
        for seed in SEEDS:
            sharp, losses = train(make, batch, seed)
            whole = len(sharp) > 0
            end.append(float(f"{np.median(sharp[-3000 // EVERY:]):.4g}") if whole else None)
            ups.append(float(f"{np.mean(np.diff(losses) > 0):.4f}") if whole else None)
        measured[name] = {"limit": limit, "end": end, "ups": ups}
        print(name, limit, end, ups, flush=True)
    results.save("12_edge", "0 to 9", steps=STEPS, methods=measured, moons=moons())


if __name__ == "__main__":
    main()
