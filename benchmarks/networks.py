"""A training step of small networks beside PyTorch eager, in one process on one thread.

    python benchmarks/networks.py [mlp cnn28 cnn8 rnn lstm gru]

A step is forward, loss, backward and the optimizer's step, in float32, from the same parameters on the same
batch. Medians of steps taken in turns, a few of ours and a few of PyTorch's; the ratio is the median over the
turns, with the quarter of them below and above it in brackets. Without torch only our own times are shown.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from optimlab import SGD, Adam, nn  # noqa: E402

try:
    import torch
except ImportError:
    torch = None

TURNS, STEPS = 60, 5
BATCH, SERIES, LENGTH, INPUTS, HIDDEN, CLASSES = 64, 32, 50, 28, 64, 10
# Largest ratio of our time to PyTorch's.
TARGETS = {"mlp": 0.7, "cnn28": 1.0, "cnn8": 0.4, "rnn": 0.5, "lstm": 1.25, "gru": None}
OPTIMIZERS = {"SGD": (SGD, {"lr": 0.01, "momentum": 0.9}), "Adam": (Adam, {"lr": 1e-3})}


def make_ours(name):
    if name == "mlp":
        return nn.MLP(784, 128, CLASSES, rng=0)
    if name.startswith("cnn"):
        return nn.CNN(1, int(name[3:]), CLASSES, rng=0)
    return nn.RecurrentClassifier(INPUTS, HIDDEN, CLASSES, cell=name.upper(), rng=0)


def make_batch(name):
    rng = np.random.default_rng(0)
    shape = {"mlp": (BATCH, 784), "cnn28": (BATCH, 1, 28, 28), "cnn8": (BATCH, 1, 8, 8)}.get(
        name, (SERIES, LENGTH, INPUTS)
    )
    return rng.standard_normal(shape, np.float32), rng.integers(0, CLASSES, shape[0])


def make_theirs(name, ours):
    """The same network in PyTorch, with our parameters."""
    tnn = torch.nn

    class Classifier(tnn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = getattr(tnn, name.upper())(INPUTS, HIDDEN, batch_first=True)
            self.linear = tnn.Linear(HIDDEN, CLASSES)

        def forward(self, x):
            return self.linear(self.rnn(x)[0][:, -1])

    if name == "mlp":
        model = tnn.Sequential(tnn.Flatten(), tnn.Linear(784, 128), tnn.ReLU(), tnn.Linear(128, CLASSES))
    elif name.startswith("cnn"):
        wide = 16 * (int(name[3:]) // 4) ** 2
        first = [tnn.Conv2d(1, 8, 3, padding=1), tnn.ReLU(), tnn.MaxPool2d(2)]
        second = [tnn.Conv2d(8, 16, 3, padding=1), tnn.ReLU(), tnn.MaxPool2d(2)]
        model = tnn.Sequential(*first, *second, tnn.Flatten(), tnn.Linear(wide, CLASSES))
    else:
        model = Classifier()
    model.load_state_dict({key: torch.from_numpy(view.copy()) for key, view in ours.views.items()})
    return model


def our_step(name, optimizer):
    model, (x, y) = make_ours(name), make_batch(name)
    make, settings = OPTIMIZERS[optimizer]
    opt = make(model.params, **settings)

    def step():
        loss = model.loss(x, y)
        opt.step(model.grads)
        return loss

    return step


def their_step(name, optimizer):
    model = make_theirs(name, make_ours(name))
    x, y = map(torch.from_numpy, make_batch(name))
    opt = getattr(torch.optim, optimizer)(model.parameters(), **OPTIMIZERS[optimizer][1])

    def step():
        opt.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return float(loss.detach())

    return step


def measure(name, optimizer):
    """(our milliseconds, theirs, quartiles of the ratio, difference of the losses); nan without torch."""
    ours = our_step(name, optimizer)
    theirs = their_step(name, optimizer) if torch else ours
    for _ in range(5):
        ours(), theirs()
    pairs = [(milliseconds(ours), milliseconds(theirs)) for _ in range(TURNS)]
    mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    if not torch:
        return mine, np.nan, [np.nan] * 3, np.nan
    return mine, other, statistics.quantiles(a / b for a, b in pairs), abs(ours() - theirs())


def milliseconds(step):
    start = time.perf_counter()
    for _ in range(STEPS):
        step()
    return (time.perf_counter() - start) / STEPS * 1000


def main():
    if torch:
        torch.set_num_threads(1)
    versions = f"NumPy {np.__version__}, torch {torch.__version__ if torch else 'not installed'}"
    print(f"{versions}; one thread, float32, medians of {TURNS} turns of {STEPS} steps")
    print("network  optimizer  ours ms  torch ms  ratio (quartiles)    at most         losses differ")
    for name in sys.argv[1:] or TARGETS:
        for optimizer in OPTIMIZERS:
            mine, other, (low, ratio, high), difference = measure(name, optimizer)
            print(
                f"{name:8} {optimizer:9} {mine:8.2f} {other:9.2f}   {ratio:.2f} ({low:.2f} to {high:.2f})  "
                f"{verdict(ratio, TARGETS[name]):14} {difference:14.0e}"
            )


def verdict(ratio, target):
    """The target beside the word for whether the ratio, as it is printed, is within it."""
    if target is None:
        return "-"
    word = "" if np.isnan(ratio) else ", met" if round(ratio, 2) <= target else ", missed"
    return f"{target:.2f}{word}"


if __name__ == "__main__":
    main()
