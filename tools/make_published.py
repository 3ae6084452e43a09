"""Reproduce numbers from papers beside their theory, and write docs/published.md.

    python tools/make_published.py
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time  # noqa: E402
from pathlib import Path  # noqa: E402

from optimlab.compare import published  # noqa: E402
from optimlab.compare.study import about  # noqa: E402
from optimlab.compare.table import Table  # noqa: E402

PAGE = Path(__file__).parents[1] / "docs" / "published.md"


def main():
    start, parts = time.perf_counter(), []
    for experiment in (*published.LONG, *published.QUICK):
        began = time.perf_counter()
        rows = [[one.what, f"{one.obtained:.6f}", f"{one.theory:.6f}", one.source] for one in experiment()]
        title, *_ = experiment.__doc__.split("\n")
        parts.append(f"## {title.rstrip('.')}\n\n{Table(['', 'obtained', 'theory', 'source'], rows)}")
        print(f"{experiment.__name__}: {time.perf_counter() - began:.1f} s", flush=True)
    made = about()
    versions = f"Python {made['python']}, NumPy {made['numpy']}, optimlab {made['optimlab']}"
    head = (f"# Numbers from papers\n\nMade by `python tools/make_published.py` on {made['date'][:10]} with "
            f"{versions}, in {(time.perf_counter() - start) / 60:.1f} minutes on one thread. Seeds stand in "
            "`optimlab/compare/published.py`. The quick ones are tests as well.")
    PAGE.write_text("\n\n".join([head, *parts]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
