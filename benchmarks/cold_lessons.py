"""Seconds each lesson takes from a cold kernel: start, imports, every cell. The aim is 20 on two cores.

    python benchmarks/cold_lessons.py [NN ...]
"""

import sys
import time
from pathlib import Path

import nbformat

from optimlab.authoring import Lesson
from optimlab.authoring.build import run

LESSONS = Path(__file__).parents[1] / "lessons"
AIM = 20


def seconds(path) -> float:
    notebook = nbformat.read(path, as_version=4)
    start = time.perf_counter()
    run(Lesson(path, notebook, [1] * len(notebook.cells)), path.parent)
    return time.perf_counter() - start


def main(numbers) -> int:
    paths = [path for path in sorted(LESSONS.glob("*.ipynb")) if not numbers or path.name[:2] in numbers]
    if not paths:
        print(f"There is no such lesson in {LESSONS}.")
        return 2
    slow = 0
    for path in paths:
        taken = seconds(path)
        slow += taken > AIM
        print(f"{path.name}: {taken:.1f} s{', more than ' + str(AIM) if taken > AIM else ''}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
