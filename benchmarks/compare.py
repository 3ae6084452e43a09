"""A study of 6 optimizers x 12 learning rates x 5 seeds on the digits MLP: two processes beside one.

    python benchmarks/compare.py [repeats]

Both ways run the same cells with one BLAS thread, and must give the same numbers to the bit.
A busy machine gives two processes less than two cores; CPU seconds say what a quiet one allows at best.
Overhead: the wall time of the study in one process less the time inside its runs, over the latter.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

from optimlab import compare  # noqa: E402

OPTIMIZERS = {
    "SGD": compare.lrs(1e-3, 10, 12), "momentum": compare.lrs(1e-4, 1, 12),
    "Adagrad": compare.lrs(1e-3, 1, 12), "RMSprop": compare.lrs(1e-5, 0.1, 12),
    "Adam": compare.lrs(1e-5, 0.1, 12), "AdamW": compare.lrs(1e-5, 0.1, 12),
}


def main(repeats=3):
    pairs = []
    print(f"load before: {os.getloadavg()[0]:.1f}")
    for _ in range(repeats):
        one, two = timed(1), timed(2)
        same = [a.numbers() == b.numbers() for a, b in zip(one[1].results, two[1].results, strict=True)]
        inside = sum(result.seconds for result in one[1].results)
        pairs.append((one[0], two[0], one[0] / two[0], one[0] / inside - 1, all(same)))
        print(f"  one process {one[0]:6.1f} s (CPU {one[2]:.1f}), two {two[0]:6.1f} s (CPU {two[2]:.1f}), "
              f"ratio {one[0] / two[0]:.2f}, by CPU {2 * one[2] / two[2]:.2f}, "
              f"overhead {100 * pairs[-1][3]:.1f} %", flush=True)
    print(f"{len(one[1].results)} runs, {os.cpu_count()} cores; medians of {repeats} pairs")
    print(f"  ratio     {statistics.median(pair[2] for pair in pairs):6.2f}   (target: at least 1.7)")
    print(f"  overhead  {100 * statistics.median(pair[3] for pair in pairs):6.1f} % (target: at most 5)")
    print(f"  equal to the bit: {'yes' if all(pair[4] for pair in pairs) else 'NO'}")


def timed(workers):
    """(seconds, Comparison, CPU seconds) of the whole study, with a store on disk."""
    study = compare.Study("digits mlp", OPTIMIZERS, seeds=5)
    with tempfile.TemporaryDirectory() as folder:
        start, before = time.perf_counter(), sum(os.times()[:4])
        result = study.run(Path(folder) / "store.jsonl", workers=workers, progress=False)
        return time.perf_counter() - start, result, sum(os.times()[:4]) - before


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
