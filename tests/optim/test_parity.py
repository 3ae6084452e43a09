"""Every optimizer beside another library's: live where it is installed, against stored paths everywhere."""

import importlib.util

import numpy as np
import pytest
from parity import (
    REFERENCES,
    STORED_STEPS,
    Problem,
    largest_difference,
    load_stored,
    made_with,
    references_required,
    run,
)
from parity.rows import ROWS

import optimlab.optim

CASES = [
    pytest.param(row, case, shapes, id=f"{row.name}-{case.label}-{shapes}")
    for row in ROWS
    for case in row.cases
    for shapes in case.shapes
]


@pytest.mark.parametrize("row, case, shapes", CASES)
def test_equals_the_stored_reference(row, case, shapes):
    stored = load_stored(row.name)
    assert stored["about"]["cases"][case.label]["made_with"] == made_with(case), (
        "run make_references.py again"
    )
    path = run(row, case, Problem(case.shapes[shapes], **case.problem))
    ours = [path[t - 1] for t in STORED_STEPS]
    assert largest_difference(ours, stored[case.label, shapes]) <= case.tolerance


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("row, case, shapes", CASES)
def test_equals_the_live_reference(row, case, shapes):
    missing = [name for name in case.reference.packages if importlib.util.find_spec(name) is None]
    if missing and not references_required():
        pytest.skip(f"{', '.join(missing)} not installed: the stored reference was compared instead")
    assert not missing, f"OPTIMLAB_REQUIRE_REFERENCES is set and {', '.join(missing)} not installed"
    settings = case.settings if case.theirs is None else case.theirs
    problem = Problem(case.shapes[shapes], **case.problem)
    theirs = case.reference.run(problem, settings)
    assert largest_difference(run(row, case, problem), theirs) <= case.tolerance


def test_every_optimizer_has_a_row():
    exported = {name for name in optimlab.optim.__all__ if hasattr(getattr(optimlab.optim, name), "step")}
    assert exported - {"Optimizer", "Group"} == {row.optimizer for row in ROWS}


def test_no_stored_file_without_a_row():
    assert {path.stem for path in REFERENCES.glob("*.npz")} == {row.name for row in ROWS}


def test_stored_references_are_small():
    assert sum(path.stat().st_size for path in REFERENCES.glob("*.npz")) < 2**21


def test_the_comparison_sees_a_difference():
    row = next(row for row in ROWS if row.name == "Adam")
    case = row.cases[0]
    problem = Problem(case.shapes["matrix"])
    ours = run(row, case, problem)
    other = run(row, {**case.settings, "eps": 1e-7}, problem)
    assert 1e-9 < largest_difference(ours, other) < 1e-3
    other[-1][0][0, 0] = np.nan
    assert np.isnan(largest_difference(ours, other))
