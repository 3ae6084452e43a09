"""Who speaks? Logistic regression on the words of a novel, at every learning rate of a grid, five seeds.

    python experiments/05_sparse_words.py

A row is a paragraph, a column says whether a word stands in it; 2991 words, 1651 paragraphs to learn from,
three epochs in batches of 8 from w = 0. Losses are of all training and of all validation paragraphs at the
end, in nats. Half a minute.
"""

import numpy as np

from optimlab import SGD, Adagrad, data, losses, results

SEEDS, EPOCHS, BATCH = range(5), 3, 8
METHODS = {
    "SGD": ((-2, 1), SGD),
    "momentum 0.9": ((-3, 0), lambda w, lr: SGD(w, lr=lr, momentum=0.9)),
    "Adagrad": ((-2, 1), Adagrad),
}
PER_DECADE = 4


def words():
    """((x, y) to learn from, (x, y) to validate with): x (N, words + 1), 1 where a word stands; bias last."""
    counts = data.word_counts()
    return tuple((np.pad(x > 0, ((0, 0), (0, 1)), constant_values=True).astype(float), y.astype(float))
                 for x, y in (counts.train, counts.val))


def losses_after(make, lr, seed, train, val):
    """The losses on both parts after EPOCHS, as (train, val)."""
    w, rng = np.zeros(train[0].shape[1]), np.random.default_rng(seed)
    optimizer = make(w, lr=lr)
    for _ in range(EPOCHS):
        for x, y in data.minibatches(*train, BATCH, rng):
            _, slope = losses.binary_cross_entropy(x @ w, y)
            optimizer.step(slope @ x)
    return tuple(float(losses.binary_cross_entropy(x @ w, y)[0]) for x, y in (train, val))


def main():
    train, val = words()
    lrs, ends = {}, {}
    for method, ((low, high), make) in METHODS.items():
        lrs[method] = np.logspace(low, high, (high - low) * PER_DECADE + 1)
        found = np.array([[losses_after(make, lr, seed, train, val) for seed in SEEDS] for lr in lrs[method]])
        ends[method] = {"train": found[..., 0].round(5).tolist(), "val": found[..., 1].round(5).tolist()}
        for part in ("train", "val"):
            middle = np.median(ends[method][part], axis=1)
            print(f"{method:>12} {part:>5}: {middle.min():.4f} at lr {lrs[method][middle.argmin()]:.3g}")
    results.save("05_sparse_words", list(SEEDS), epochs=EPOCHS, batch_size=BATCH,
                 lrs={name: [float(f"{lr:.6g}") for lr in grid] for name, grid in lrs.items()}, losses=ends)


if __name__ == "__main__":
    main()
