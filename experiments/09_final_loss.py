"""How good is each learning rate? The loss after 300 steps, at every rate of a grid, on three problems.

    python experiments/09_final_loss.py

MLP(64, 32, 10), plain SGD with a constant rate, batches of 64 rows drawn with replacement, five seeds; a seed
decides the first weights and the draws. The loss is that of all training rows at the end; null where the run
diverged. Lesson 09 and live.range_test lay the marks of a range test over it. Half a minute.
"""

import numpy as np

from optimlab import data, nn, results

SEEDS, STEPS, BATCH = range(5), 300, 64
RATES = np.geomspace(0.01, 10, 13)
PROBLEMS = {
    "clusters": lambda: data.clusters().train,
    "clusters, 5 % wrong": lambda: data.clusters(wrong=0.05).train,
    "digits": lambda: data.digits().train,
}


def final_loss(part, lr, seed):
    """The training loss after STEPS, or None."""
    x, y = part
    net, rng = nn.MLP(64, 32, 10, rng=seed), np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            rows = rng.integers(0, len(x), size=BATCH)
            net.loss(x[rows], y[rows])
            net.params -= lr * net.grads
        loss = float(net.evaluate(x, y))
    return float(f"{loss:.4g}") if np.isfinite(loss) else None


def main():
    ends = {}
    for name, make in PROBLEMS.items():
        part = make()
        ends[name] = [[final_loss(part, lr, seed) for seed in SEEDS] for lr in RATES]
        middle = np.median(np.array(ends[name], float), axis=1)
        print(f"{name:>20}: best {np.nanmin(middle):.4g} at lr {RATES[np.nanargmin(middle)]:.3g}")
    results.save("09_final_loss", list(SEEDS), steps=STEPS, batch_size=BATCH,
                 rates=[float(f"{lr:.6g}") for lr in RATES], losses=ends)


if __name__ == "__main__":
    main()
