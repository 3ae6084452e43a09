"""A CNN on the 8 x 8 digits: test accuracy and training time, five seeds, one process on one thread.

    python benchmarks/digits.py

Adam with a cosine from lr 0.003 to 0, 30 epochs of batches of 32 on 1097 digits. Model and epochs were chosen
by the validation part; the 400 digits of the test part are looked at once, after the last step. Wanted: at
least 98 % in at most 20 s.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import math  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402

from optimlab import Adam, data, fit, nn  # noqa: E402
from optimlab.train import evaluate  # noqa: E402

SEEDS, EPOCHS, BATCH, LR = 5, 30, 32, 0.003


def make(seed):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.5), nn.Linear(256, 10), rng=seed)


def main():
    digits, found = data.digits(), []
    steps = EPOCHS * math.ceil(len(digits.train.y) / BATCH)

    def cosine(step):
        return LR * (1 + math.cos(math.pi * step / steps)) / 2

    for seed in range(SEEDS):
        model = make(seed)
        start = time.perf_counter()
        history = fit(model, digits, Adam(model.params, lr=cosine), EPOCHS, batch_size=BATCH, seed=seed,
                      progress=False)
        seconds = time.perf_counter() - start
        found.append(100 * evaluate(model, *digits.test)[1])
        print(f"seed {seed}: {model.params.size} params, {history.steps} steps in {seconds:.1f} s, "
              f"validation {100 * history.val_accuracy[-1]:.2f} %, test {found[-1]:.2f} %", flush=True)
    print(f"test: median {statistics.median(found):.2f} %, mean {statistics.mean(found):.2f} %")


if __name__ == "__main__":
    main()
