"""Measure the classics that every report card is set beside, and write optimlab/compare/classics.json.

    python tools/make_classics.py

Takes about a minute on one core; the file says when and with which versions it was made.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from optimlab.compare.card import CLASSICS, make_classics, stored  # noqa: E402

if __name__ == "__main__":
    make_classics()
    print(f"{CLASSICS}: {stored()['minutes']} minutes")
