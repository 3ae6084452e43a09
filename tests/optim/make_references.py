"""Make the stored trajectories: python tests/optim/make_references.py [Name ...]

It needs the libraries of requirements-references.txt. Each row becomes one small file in
tests/optim/references/, which keeps the params after a few of the 100 steps, the settings and the versions
that made it.
"""

import importlib.metadata
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from parity import Problem, save_stored  # noqa: E402
from parity.rows import BY_NAME, ROWS  # noqa: E402


def make(row):
    paths, versions = {}, {}
    for case in row.cases:
        for package in ("numpy", *case.reference.packages):
            versions[package] = importlib.metadata.version(package)
        settings = case.settings if case.theirs is None else case.theirs
        for label, shapes in case.shapes.items():
            paths[case.label, label] = case.reference.run(Problem(shapes, **case.problem), settings)
    save_stored(row, paths, versions)


if __name__ == "__main__":
    for row in [BY_NAME[name] for name in sys.argv[1:]] or ROWS:
        make(row)
        print(row.name, len(row.cases), "cases")
