"""The best learning rate of Adam at three widths, with one rate for all layers and with rates by width.

    python experiments/15_width.py

A network 32-n-n-1 with ReLU, He's start, float32; 128 points whose targets are a linear function of 32 normal
inputs, mean squared error, 40 steps on all of them at once. Rates are powers of two, and each width has five
seeds, for the data and for the network. `losses[way][width]` has a row for each rate and a column for each
seed. "one rate" gives every array the same rate. "by width" divides the rates of the last two weight matrices
by n / 64 and starts the last one smaller by the root of it, after Yang et al. (2022), Tensor Programs V: at
64 units both are the same. About six minutes, nearly all of them for 1024 units.
"""

import numpy as np

from optimlab import Adam, losses, nn, results

SEED, SEEDS, STEPS, BASE = 0, 5, 40, 64
WIDTHS = [64, 256, 1024]
EXPONENTS = list(range(-4, -15, -1))


def points(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(128, 32)).astype(np.float32)
    y = x @ rng.normal(size=(32, 1)).astype(np.float32) / np.float32(np.sqrt(32))
    return x, y


def start(n, seed, by_width):
    """A network and its factor on the learning rate for every single weight."""
    net = nn.MLP(32, n, n, 1, init="he_normal", criterion=losses.mse, rng=seed)
    factors = {name: np.ones_like(view) for name, view in net.views.items()}
    if by_width:
        factors["3.weight"] *= BASE / n
        factors["5.weight"] *= BASE / n
        net.views["5.weight"][...] *= np.sqrt(BASE / n)
    return net, np.concatenate([factor.ravel() for factor in factors.values()])


def final_loss(n, lr, seed, by_width):
    x, y = points(seed)
    net, factors = start(n, seed, by_width)
    opt = Adam(net.params, lr=lr * factors)
    for _ in range(STEPS):
        net.loss(x, y)
        opt.step(net.grads)
    return float(net.loss(x, y))


def main():
    measured = {}
    for way, by_width in (("one rate", False), ("by width", True)):
        measured[way] = {}
        for n in WIDTHS:
            table = [[final_loss(n, 2.0**k, SEED + i, by_width) for i in range(SEEDS)] for k in EXPONENTS]
            measured[way][str(n)] = [[float(f"{loss:.5g}") for loss in row] for row in table]
            best = np.median(table, axis=1)
            rate = f"2**{EXPONENTS[best.argmin()]}"
            print(f"{way}, {n:4} units: best rate {rate}, loss {best.min():.4f}", flush=True)
    results.save("15_width", SEED, seeds=SEEDS, steps=STEPS, widths=WIDTHS, exponents=EXPONENTS,
                 losses=measured)


if __name__ == "__main__":
    main()
