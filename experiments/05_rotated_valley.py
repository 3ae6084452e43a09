"""Steps to a millionth of the distance in a valley that is turned, at every learning rate of a grid.

    python experiments/05_rotated_valley.py

The valley is f(x) = x' A x / 2 with curvatures 1 and kappa, turned by some degrees. 40 starts lie on the
unit circle, in directions from a seed. Each cell of `steps` is the median over the starts, or null where
half of them or more were not there within 20,000 steps. `best` tunes once more, on a grid ten times as fine
around the best rate of the first one. About five minutes.
"""

import numpy as np

from optimlab import SGD, Adagrad, Adam, landscapes, results

SEED, STARTS, LIMIT, GOAL, FAR = 5, 40, 20_000, 1e-6, 1e6
KAPPAS = [10, 100, 1000]
DEGREES = [0, 1, 2, 5, 10, 20, 30, 45]
PER_DECADE = 10
# Decades of learning rates, and how the optimizer is made.
METHODS = {
    "gradient descent": ((-3, 1), SGD),
    "momentum 0.9": ((-4, 1), lambda x, lr: SGD(x, lr=lr, momentum=0.9)),
    "Adagrad": ((-2, 2), Adagrad),
    "Adam": ((-3, 1), Adam),
}


def steps_to_goal(make, valley, lrs, starts):
    """Steps until the distance is a millionth of the start's: shape (lrs, starts), LIMIT + 1 where never."""
    lrs = np.repeat(lrs, len(starts))[:, None]
    x = np.tile(starts, (len(lrs) // len(starts), 1))
    optimizer = make(x, lr=lrs)
    steps, running = np.full(len(x), LIMIT + 1), np.ones(len(x), bool)
    with np.errstate(all="ignore"):
        for step in range(1, LIMIT + 1):
            optimizer.step(valley.grad(x))
            distance = np.sqrt(np.vecdot(x, x))
            arrived, gone = running & (distance <= GOAL), distance > FAR
            if arrived.any() or gone.any():
                steps[arrived] = step
                running &= ~arrived & ~gone
                x[~running] = 0.0
                if not running.any():
                    break
    return steps.reshape(-1, len(starts))


def medians(make, valley, lrs, starts):
    return np.median(steps_to_goal(make, valley, np.asarray(lrs), starts), axis=1)


def plain(steps):
    return None if steps > LIMIT else round(float(steps))


def main():
    angles = np.random.default_rng(SEED).uniform(0, 2 * np.pi, STARTS)
    starts = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    steps, best, lrs = {}, {}, {}
    for method, ((low, high), make) in METHODS.items():
        lrs[method] = np.logspace(low, high, (high - low) * PER_DECADE + 1)
        steps[method], best[method] = {}, {}
        for kappa in KAPPAS:
            rows, tuned = [], []
            for degrees in DEGREES:
                valley = landscapes.Quadratic((1, kappa), rotation=np.deg2rad(degrees))
                row = medians(make, valley, lrs[method], starts)
                around = lrs[method][row.argmin()] * 10 ** (np.arange(-10, 11) / (10 * PER_DECADE))
                finer = medians(make, valley, around, starts)
                rows.append([plain(one) for one in row])
                tuned.append([plain(finer.min()), float(f"{around[finer.argmin()]:.4g}")])
            steps[method][str(kappa)], best[method][str(kappa)] = rows, tuned
            print(f"{method:>16}, kappa {kappa:4d}: {tuned[0]} at 0 degrees, {tuned[-1]} at 45", flush=True)
    results.save("05_rotated_valley", SEED, starts=STARTS, limit=LIMIT, degrees=DEGREES, kappas=KAPPAS,
                 lrs={name: [float(f"{lr:.6g}") for lr in grid] for name, grid in lrs.items()}, steps=steps,
                 best=best)


if __name__ == "__main__":
    main()
