"""The table of docs/optimizers.md, made from the rows, the docstrings and the stored comparison."""

import inspect
import re

from pages import DOCS, code, number, plain, sources, table

import optimlab.optim
from parity import STORED_STEPS, Problem, largest_difference, load_stored, run
from parity.rows import ROWS

PAGE = DOCS / "optimizers.md"

HEAD = """\
# The optimizers, and how we know that they are right

Every optimizer runs for 100 steps in float64 beside another library's, from the same start with the same
noisy gradients, some of them exactly zero, on arrays of several shapes and with several settings. The last
column is the largest difference in any parameter at any of the steps that are kept, relative to the largest
parameter or to 1. It must stay below 1e-12; the second table says where it cannot, and why.

This page is made by `python tests/optim/make_table.py`, from the docstrings and from the comparison with the
trajectories in `tests/optim/references/`. `python tests/optim/make_references.py` makes those, with the
versions in `requirements-references.txt`. With these libraries installed the tests compare with them live, at
all 100 steps; and with `OPTIMLAB_REQUIRE_REFERENCES=1` a library that is missing is a failure.

"""


def page(measure):
    """The whole page; measure: (row, case) -> the largest difference."""
    names = [name for name in optimlab.optim.__all__ if any(row.optimizer == name for row in ROWS)]
    differences = {(row.name, case.label): measure(row, case) for row in ROWS for case in row.cases}
    lines = []
    for name in names:
        rows = [row for row in ROWS if row.optimizer == name]
        cases = [(row, case) for row in rows for case in row.cases]
        exact = [differences[row.name, case.label] for row, case in cases if not case.reason]
        doc = sections(getattr(optimlab.optim, name))
        references = dict.fromkeys(f"`{case.reference.name}`" for _, case in cases)
        lines.append([
            f"`{name}`",
            doc["sources"],
            doc["equation"],
            doc["state"],
            "<br>".join(references),
            len(cases),
            number(max(exact)) if exact else "see below",
        ])
    heads = ["optimizer", "paper", "equation", "states kept", "compared with", "cases:"]
    text = HEAD + table([*heads, "largest difference:"], lines) + "\n"
    loose = [(row, case) for row in ROWS for case in row.cases if case.reason]
    if loose:
        lines = [
            [
                f"`{row.name}`",
                f"`{case.reference.name}`",
                code(case.label),
                number(case.tolerance),
                number(differences[row.name, case.label]),
                case.reason,
            ]
            for row, case in loose
        ]
        heads = ["optimizer", "compared with", "case", "allowed:", "seen:", "because"]
        text += f"\n## Where 1e-12 is out of reach\n\n{table(heads, lines)}\n"
    return text + versions()


def stored_difference(row, case):
    """The largest difference of one case from its stored paths."""
    stored = load_stored(row.name)
    worst = 0.0
    for shapes in case.shapes:
        path = run(row, case, Problem(case.shapes[shapes], **case.problem))
        worst = max(
            worst, largest_difference([path[t - 1] for t in STORED_STEPS], stored[case.label, shapes])
        )
    return worst


def sections(cls):
    """The equation, the states and the sources in the docstring of an optimizer, each as one table cell."""
    doc = inspect.cleandoc(cls.__doc__)
    equation = re.search(r"\n\n((?:    .*\n)+)", doc.split("Args:")[0] + "\n")
    state = re.search(r"^State: (.*?)(?=\n\n|\Z)", doc, re.DOTALL | re.MULTILINE)
    return {
        "equation": "<br>".join(code(line) for line in equation[1].splitlines() if line.strip())
        if equation
        else "",
        "state": plain(state[1]) if state else "",
        "sources": sources(cls),
    }


def versions():
    """Which versions made the stored paths."""
    seen = {}
    for row in ROWS:
        for package, version in load_stored(row.name)["about"]["versions"].items():
            seen.setdefault(package, set()).add(version)
    words = [f"{package} {' and '.join(sorted(found))}" for package, found in sorted(seen.items())]
    return f"\nThe stored trajectories were made with {', '.join(words)}.\n"
