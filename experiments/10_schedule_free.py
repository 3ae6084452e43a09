"""Does Schedule-Free keep up with a cosine tuned for each horizon? A network on the digits, five seeds.

    python experiments/10_schedule_free.py

An MLP 64-32-10, batches of 32, momentum 0.9 everywhere. Five learning rates for each method, a factor of two
apart. Constant rate, its fading average (decay 0.99) and Schedule-Free are one run of 24 epochs, looked at
after 3, 6, 12 and 24. Cosine decay needs a run for each of these. Losses are of the whole
training and validation parts, in nats. Two minutes.
"""

import warnings

import numpy as np

from optimlab import EMA, SGD, ScheduleFreeSGD, data, nn, results
from optimlab.train import evaluate

SEEDS, HORIZONS, BATCH, DECAY = range(5), (3, 6, 12, 24), 32, 0.99
LRS = {
    "constant": (0.025, 0.05, 0.1, 0.2, 0.4),
    "cosine": (0.025, 0.05, 0.1, 0.2, 0.4),
    "schedule-free": (0.5, 1.0, 2.0, 4.0, 8.0),
}
DIGITS = data.digits()
STEPS_PER_EPOCH = -(-len(DIGITS.train.x) // BATCH)


def make(method, params, lr, epochs):
    if method == "schedule-free":
        return ScheduleFreeSGD(params, lr=lr)
    if method == "cosine":
        end = epochs * STEPS_PER_EPOCH
        return SGD(params, lr=lambda t: lr * (1 + np.cos(np.pi * t / end)) / 2, momentum=0.9)
    return SGD(params, lr=lr, momentum=0.9)


def losses_of(method, lr, seed, epochs, looks):
    """Losses after the epochs in `looks`, (2, 2, looks): as the rule has it and of the EMA; train, val."""
    net, rng = nn.MLP(64, 32, 10, rng=seed), np.random.default_rng(seed)
    opt, average, found = make(method, net.params, lr, epochs), EMA(net.params, decay=DECAY), []
    for epoch in range(1, epochs + 1):
        for x, y in data.minibatches(*DIGITS.train, BATCH, rng):
            net.loss(x, y)
            opt.step(net.grads)
            average.update()
        if epoch in looks:
            with average.in_place():
                faded = both(net)
            if method == "schedule-free":
                opt.eval()
            found.append((both(net), faded))
            if method == "schedule-free":
                opt.train()
    return np.moveaxis(found, 0, -1)


def both(net):
    """The loss on all of the training and of the validation part; 99 stands for a run that diverged."""
    losses = [evaluate(net, *part)[0] for part in (DIGITS.train, DIGITS.val)]
    return [loss if loss < 99 else 99.0 for loss in losses]


def main():
    warnings.simplefilter("ignore")  # some of these rates diverge
    measured = {"train": {}, "val": {}}
    for method, lrs in LRS.items():
        plans = [(h, (h,)) for h in HORIZONS] if method == "cosine" else [(HORIZONS[-1], HORIZONS)]
        found = [[np.concatenate([losses_of(method, lr, seed, *plan) for plan in plans], axis=-1)
                  for seed in SEEDS] for lr in lrs]
        found = np.array(found)  # (lrs, seeds, rule or EMA, train or val, horizons)
        for i, name in enumerate((method, "fading average")[: 1 + (method == "constant")]):
            for j, part in enumerate(measured):
                measured[part][name] = found[:, :, i, j].round(5).tolist()
                middle = np.median(found[:, :, i, j], axis=1)
                best = [lrs[k] for k in middle.argmin(axis=0)]
                print(f"{name:>14} {part:>5}", middle.min(axis=0).round(4), best)
    lrs = {**LRS, "fading average": LRS["constant"]}
    results.save("10_schedule_free", list(SEEDS), horizons=HORIZONS, batch_size=BATCH, decay=DECAY, lrs=lrs,
                 losses=measured)


if __name__ == "__main__":
    main()
