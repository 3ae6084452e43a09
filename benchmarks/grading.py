"""200 submissions of five exercises, graded on one core and on two: `python benchmarks/grading.py [COUNT]`.

A submission is a notebook of lesson 04 with answers to its first five exercises; three in ten of them are
wrong. The same folder is graded with the whole run held to one core and one worker, and then to two cores and
two workers, twice, in turns; the best time of each counts.
"""

import itertools
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from nbformat import v4

from optimlab.exercises import REGISTRY

LESSON, AWARDED = "04", 5
RUN = """
import os, sys, time
from optimlab.grading import grade_folder
if __name__ == "__main__":
    cores = set(map(int, sys.argv[2:]))
    os.sched_setaffinity(0, cores)
    start = time.perf_counter()
    graded = grade_folder(sys.argv[1], workers=len(cores))
    print(time.perf_counter() - start, sum(one.points for one in graded), len(graded))
"""


def main(count):
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        sys.exit("Two cores are needed.")
    if (load := os.getloadavg()[0]) > 0.5:
        print(f"The machine is busy with other things (load {load:.1f}): the ratio says little now.")
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder), count)
        best = {1: float("inf"), 2: float("inf")}
        for _, workers in itertools.product(range(2), (1, 2)):
            seconds, points, graded = graded_on(cores[:workers], folder)
            best[workers] = min(best[workers], seconds)
            print(f"{workers} core{'s' * (workers > 1)}: {seconds:.1f} s, {graded:.0f} submissions, "
                  f"{points:g} points", flush=True)
    for workers, seconds in best.items():
        print(f"{workers} core{'s' * (workers > 1)}: {seconds / count:.3f} s a submission")
    print(f"two cores over one: {best[1] / best[2]:.2f} times")


def graded_on(cores, folder):
    with tempfile.TemporaryDirectory() as scratch:
        script = Path(scratch, "run.py")
        script.write_text(RUN)
        command = [sys.executable, str(script), folder, *map(str, cores)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return map(float, done.stdout.split())


def hand_in(folder, count):
    """Write `count` notebooks, each with its own mix of right and wrong answers."""
    draw = random.Random(0)
    ids = [id for id, one in REGISTRY.items() if one.lesson == LESSON and not one.optional][:AWARDED]
    for number in range(count):
        cells = [v4.new_code_cell("import numpy as np\n\nfrom optimlab import check")]
        for id in ids:
            cells.append(cell(id, draw))
        notebook = v4.new_notebook(cells=cells, metadata={"optimlab": {"lesson": LESSON}})
        (folder / f"student{number:03}.ipynb").write_text(v4.writes(notebook), encoding="utf-8")


def cell(id, draw):
    one = REGISTRY[id]
    source = one.solution
    if draw.random() < 0.3:
        head, _, last = source.rstrip().rpartition("return ")
        wrong = last.replace("-", "+", 1) if "-" in last else f"-1 * np.asarray({last})"
        source = f"{head}return {wrong}\n"
    made = v4.new_code_cell(f'{source.strip()}\n\ncheck("{id}", {one.name})')
    made["id"] = f"exercise-{id.replace('.', '-')}"
    made.metadata["optimlab"] = {"exercise": id}
    return made


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
