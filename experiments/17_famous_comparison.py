"""Gradient descent and Adam on the moons of a famous course, by learning rate and decay.

    python experiments/17_famous_comparison.py

A net 2-5-2-1 with ReLU and a sigmoid, He's start, cross-entropy, 300 points of two moons with noise 0.2,
batches of 64, 5000 times through the data: 25,000 steps. With decay, lr is divided by 1 + epoch // 1000. What
is kept is the share of the 300 training points that is named right at the end, one number for each seed; a
seed decides the start and the order of the data. The course has one learning rate, 0.0007, and one seed.
About two minutes.
"""

import numpy as np

from optimlab import SGD, Adam, data, results

SEEDS = list(range(10))
EPOCHS, BATCH, COURSE = 5000, 64, 0.0007
LRS = [COURSE, 0.003, 0.01, 0.03, 0.1, 0.3]
SHAPES = ((2, 5), (5, 2), (2, 1))
METHODS = {"GD": SGD, "Adam": Adam}


def start(seed):
    """Weights by He and others (2015), biases of zero: shape (30,)."""
    rng = np.random.default_rng(seed)
    layers = [(n, m, rng.normal(size=(n, m)) * np.sqrt(2 / n)) for n, m in SHAPES]
    return np.concatenate([np.append(w.ravel(), np.zeros(m)) for n, m, w in layers])


def split(params):
    """(weights, biases) of each layer, views of params (runs, 30)."""
    layers, at = [], 0
    for n, m in SHAPES:
        weights = params[:, at:at + n * m].reshape(-1, n, m)
        layers.append((weights, params[:, None, at + n * m:at + n * m + m]))
        at += n * m + m
    return layers


def forward(layers, x):
    """The inputs of each layer and the last one's output, for x (runs, batch, 2)."""
    inputs = [x]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    W, b = layers[-1]
    return inputs, inputs[-1] @ W + b


def gradient(params, x, y):
    """Of the mean cross-entropy of each run on a batch of its own: shape (runs, 30)."""
    layers = split(params)
    inputs, z = forward(layers, x)
    d = (1 / (1 + np.exp(-z)) - y) / x.shape[1]
    parts = []
    for (W, _), a in zip(layers[::-1], inputs[::-1], strict=True):
        parts = [(a.swapaxes(1, 2) @ d).reshape(len(params), -1), d.sum(axis=1), *parts]
        d = (d @ W.swapaxes(1, 2)) * (a > 0)
    return np.concatenate(parts, axis=1)


def accuracies(make, decay):
    """Share of the training points named right at the end: shape (learning rates, seeds)."""
    x, y = data.two_moons(300, noise=0.2, seed=3).train
    x, y = x.astype(float), y.astype(float)[:, None]
    params = np.tile([start(seed) for seed in SEEDS], (len(LRS), 1))
    lrs = np.repeat(LRS, len(SEEDS))[:, None]
    per_epoch = -(-len(x) // BATCH)
    schedule = (lambda step: lrs / (1 + step // per_epoch // 1000)) if decay else lrs
    optimizer = make(params, lr=schedule)
    orders = [np.random.default_rng([seed, 1]) for seed in SEEDS]
    with np.errstate(all="ignore"):
        for _ in range(EPOCHS):
            order = np.array([rng.permutation(len(x)) for rng in orders])
            for first in range(0, len(x), BATCH):
                rows = np.tile(order[:, first:first + BATCH], (len(LRS), 1))
                optimizer.step(gradient(params, x[rows], y[rows]))
        named = forward(split(params), x[None])[1] > 0
    return (named == (y > 0.5)).mean(axis=(1, 2)).reshape(len(LRS), len(SEEDS))


def main():
    accuracy = {}
    for decay in ("constant", "decay"):
        accuracy[decay] = {}
        for name, make in METHODS.items():
            found = accuracies(make, decay == "decay")
            accuracy[decay][name] = found.round(4).tolist()
            best = np.median(found, axis=1).argmax()
            print(f"{decay:8} {name:8} at {COURSE}: {np.sort(found[0])}, best lr {LRS[best]}: "
                  f"{np.sort(found[best])}", flush=True)
    results.save("17_famous_comparison", SEEDS, lrs=LRS, epochs=EPOCHS, accuracy=accuracy)


if __name__ == "__main__":
    main()
