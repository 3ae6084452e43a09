"""1000 descents of 200 steps: one batched run beside a loop over single runs, in one process on one thread.

    python benchmarks/batched_descents.py

The same learning rates, the same start, the same numbers to the bit; medians of paired repeats.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from optimlab import SGD, descend, landscapes  # noqa: E402

RUNS, STEPS, REPEATS = 1000, 200, 5


def main():
    valley = landscapes.valley(10)
    lrs = np.geomspace(1e-3, 0.19, RUNS)

    def batched():
        return descend(valley, SGD(np.ones((RUNS, 2)), lr=lrs[:, None], momentum=0.9), STEPS)

    def looped():
        return [descend(valley, SGD(np.ones(2), lr=lr, momentum=0.9), STEPS) for lr in lrs]

    together, alone = batched(), looped()
    same = all(np.array_equal(together.params[:, i], alone[i].params, equal_nan=True) for i in range(RUNS))
    pairs = [(seconds(looped), seconds(batched)) for _ in range(REPEATS)]
    loop, batch = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{RUNS} descents of {STEPS} steps, SGD with momentum, float64, one thread, "
          f"medians of {REPEATS} pairs")
    print(f"  one by one {loop:8.3f} s")
    print(f"  batched    {batch:8.3f} s")
    print(f"  ratio      {ratio:8.0f}   (target: at least 200)")
    print(f"  equal to the bit: {'yes' if same else 'NO'}")


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
