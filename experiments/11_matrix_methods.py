"""Six optimizers on the digits, each with eight learning rates: who gets how far in 90 steps?

    python experiments/11_matrix_methods.py

A network of three hidden layers of 64, five epochs of batches of 64, the learning rate on a cosine, no weight
decay. The median over 5 seeds chooses each learning rate, 10 fresh seeds measure it. `test_loss` is that of
the test part at the end, one number a seed; `u_curve` is the median validation loss of each rate (null where
half the runs diverged); `paired` says how each compares with AdamW, seed by seed. Shampoo is left out: with
its roots in every step a run takes some thirty times as long. About two minutes on one thread.
"""

import functools
import math

import numpy as np

from optimlab import SOAP, AdamW, Lion, compare, data, nn, results

SEEDS, FRESH = 5, 10


def half_decades(low):
    return compare.lrs(10**low, 10 ** (low + 3.5), 8)


METHODS = {
    "momentum": ("momentum", half_decades(-2.5)),
    "AdamW": (functools.partial(AdamW, weight_decay=0), half_decades(-3.5)),
    "AdamW, betas 0.95": (functools.partial(AdamW, weight_decay=0, betas=(0.95, 0.95)), half_decades(-3.5)),
    "Lion": (functools.partial(Lion, weight_decay=0), half_decades(-4.5)),
    "SOAP": (functools.partial(SOAP, weight_decay=0), half_decades(-3.5)),
    "Muon": ("muon", half_decades(-3.5)),
}


def network(seed):
    return nn.MLP(64, 64, 64, 64, 10, rng=seed)


def plain(value, digits=4):
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def main():
    problem = compare.Training(network, data.digits, epochs=5, batch_size=64, schedule="cosine")
    study = compare.Study(problem, METHODS, seeds=SEEDS, finals=FRESH)
    result = study.run(workers=1, progress=False)
    measured = {}
    for name in METHODS:
        finals = result.runs(name)
        curves = np.array([run.scores for run in finals])
        tuning = result.sensitivity(name)
        measured[name] = {
            "lr": float(result.best(name).setting["lr"]), "at_edge": bool(result.best(name).at_edge),
            "u_curve": [[float(lr), plain(v)] for lr, v in zip(tuning.lrs, tuning.median, strict=True)],
            "steps": list(finals[0].steps),
            "median": [plain(v) for v in np.median(curves, axis=0)],
            "low": [plain(v) for v in curves.min(axis=0)], "high": [plain(v) for v in curves.max(axis=0)],
            "test_loss": [plain(run.test) for run in finals],
            "paired": None if name == "AdamW" else str(result.paired(name, "AdamW")),
        }
        print(f"{name:>18}: lr {measured[name]['lr']:g}, "
              f"test loss {np.median(measured[name]['test_loss']):.3f}", flush=True)
    results.save("11_matrix_methods", f"0 to {SEEDS - 1}, fresh ones from compare.Study", methods=measured)


if __name__ == "__main__":
    main()
