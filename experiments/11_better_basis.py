"""Steps to a millionth of the distance in a turned valley, for the methods that turn their basis with it.

    python experiments/11_better_basis.py

As experiments/05_rotated_valley.py, with its 40 starts, for kappa 1000: Shampoo, which is full-matrix Adagrad
on a vector, and SOAP with a basis for the vector, refreshed in every step, and with Adam's betas. The
learning rate is tuned at each angle on a grid of ten a decade, then on one ten times as fine around the best.
`best` is [median steps over the starts, learning rate] for each angle. About three minutes.
"""

import numpy as np

from optimlab import SOAP, Shampoo, landscapes, results

SEED, STARTS, LIMIT, GOAL, FAR = 5, 40, 2000, 1e-6, 1e6
KAPPA = 1000
DEGREES = [0, 5, 20, 45]
PER_DECADE = 10
METHODS = {
    "Shampoo": ((-0.5, 0.5), lambda x, lr: Shampoo(x, lr=lr, matrix_eps=1e-12)),
    "SOAP": ((-2, -0.5), lambda x, lr: SOAP(x, lr=lr, betas=(0.9, 0.999), weight_decay=0,
                                            precondition_1d=True, precondition_frequency=1)),
}


def steps_to_goal(make, A, lr, start):
    """Steps until the distance is a millionth of the start's, LIMIT + 1 where never."""
    x = start.copy()
    optimizer = make(x, lr)
    for step in range(1, LIMIT + 1):
        optimizer.step(A @ x)
        distance = np.sqrt(x @ x)
        if distance <= GOAL:
            return step
        if not distance <= FAR:
            break
    return LIMIT + 1


def tune(make, A, lrs, starts):
    """(the best median of steps, its learning rate); a rate that has lost already is left at once."""
    best, best_lr = LIMIT + 1, lrs[0]
    for lr in lrs:
        steps = [steps_to_goal(make, A, lr, start) for start in starts[:5]]
        if np.median(steps) > min(1.5 * best, LIMIT):
            continue
        steps += [steps_to_goal(make, A, lr, start) for start in starts[5:]]
        if np.median(steps) < best:
            best, best_lr = float(np.median(steps)), lr
    return best, best_lr


def main():
    angles = np.random.default_rng(SEED).uniform(0, 2 * np.pi, STARTS)
    starts = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    best = {}
    for method, ((low, high), make) in METHODS.items():
        best[method] = []
        for degrees in DEGREES:
            A = landscapes.Quadratic((1, KAPPA), rotation=np.deg2rad(degrees)).A
            grid = np.logspace(low, high, round((high - low) * PER_DECADE) + 1)
            _, lr = tune(make, A, grid[::-1], starts)
            steps, lr = tune(make, A, lr * 10 ** (np.arange(-10, 11) / (10 * PER_DECADE)), starts)
            best[method].append([round(steps), float(f"{lr:.4g}")])
            print(f"{method:>8} at {degrees:2d} degrees: {best[method][-1]}", flush=True)
    results.save("11_better_basis", SEED, starts=STARTS, limit=LIMIT, kappa=KAPPA, degrees=DEGREES, best=best)


if __name__ == "__main__":
    main()
