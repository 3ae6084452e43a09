"""Does Adam generalize worse? Momentum and Adam on the digits, tuned a little and tuned well.

    python experiments/12_generalization.py

A network of 64-64-64-10, 40 epochs of batches of 32, the learning rate on a cosine, chosen by the validation
error. Sixteen settings each: momentum 0.9 by its learning rate; Adam by its learning rate alone; and Adam by
learning rate and eps together, since a large eps makes momentum of it (Choi and others, 2019). 3 seeds
choose, 20 fresh seeds measure. `test_error` is one number a seed, in percent. Two minutes on one thread.
"""

import functools

from optimlab import Adam, compare, data, nn, results

SEEDS, FRESH = 3, 20
METHODS = {
    "momentum": ("momentum", compare.lrs(1e-4, 1, 16)),
    "Adam": (Adam, compare.lrs(1e-5, 0.1, 16)),
    "Adam, with eps": (functools.partial(Adam), compare.grid(lr=[1e-4, 1e-3, 1e-2, 1e-1],
                                                             eps=[1e-8, 1e-4, 1e-2, 1.0])),
}


def network(seed):
    return nn.MLP(64, 64, 64, 10, rng=seed)


def main():
    problem = compare.Training(network, data.digits, epochs=40, schedule="cosine", by="error")
    result = compare.Study(problem, METHODS, seeds=SEEDS, finals=FRESH).run(workers=1, progress=False)
    measured = {}
    for name in METHODS:
        finals = result.runs(name)
        measured[name] = {
            "setting": {key: float(value) for key, value in result.best(name).setting.items()},
            "test_error": [round(100 * run.test, 2) for run in finals],
            "train_error": [round(100 * run.train, 2) for run in finals],
        }
        print(name, measured[name], flush=True)
    for name in ("Adam", "Adam, with eps"):
        measured[name]["paired"] = str(result.paired(name, "momentum"))
    results.save("12_generalization", f"0 to {SEEDS - 1}, fresh ones from compare.Study", methods=measured)


if __name__ == "__main__":
    main()
