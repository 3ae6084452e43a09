"""Every layer, loss and model beside PyTorch: live where it is installed, against stored results always."""

import importlib.util

import numpy as np
import pytest
from layer_parity import (
    CASES,
    REFERENCES,
    TOLERANCE,
    difference,
    load_stored,
    ours,
    references_required,
    table,
)

from optimlab import nn

ROWS = [pytest.param(*row, id=f"{row[0]}-{row[1]}") for row in table()]
# What has no parameters and no forward of its own, or is a model (compared under "models").
NOT_LAYERS = {"Layer", "Model", "Sequential", "MLP", "CNN", "RecurrentClassifier", "CharModel", "init",
              "CrossEntropyLoss", "MSELoss"}  # fmt: skip


@pytest.mark.parametrize("file, label, made_with, mine, theirs", ROWS)
def test_equals_the_stored_reference(file, label, made_with, mine, theirs):
    stored = load_stored(file)
    assert stored["about"]["entries"][label]["made_with"] == made_with, "run make_references.py again"
    assert difference(mine(), stored[label]) <= TOLERANCE


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("file, label, made_with, mine, theirs", ROWS)
def test_equals_the_live_reference(file, label, made_with, mine, theirs):
    missing = importlib.util.find_spec("torch") is None
    if missing and not references_required():
        pytest.skip("torch not installed: the stored reference was compared instead")
    assert not missing, "OPTIMLAB_REQUIRE_REFERENCES is set and torch is not installed"
    assert difference(mine(), theirs()) <= TOLERANCE


def test_every_layer_has_a_case():
    assert set(nn.__all__) - NOT_LAYERS == {case.name for case in CASES}


def test_no_two_rows_share_a_label():
    names = [row[:2] for row in table()]
    assert len(set(names)) == len(names)


def test_no_stored_file_without_a_row():
    assert {path.stem for path in REFERENCES.glob("*.npz")} == {row[0] for row in table()}


def test_stored_references_are_small():
    assert sum(path.stat().st_size for path in REFERENCES.glob("*.npz")) < 2**19


def test_the_comparison_sees_a_difference():
    found = ours(CASES[0])
    other = {name: array.copy() for name, array in found.items()}
    other["dx"][0, 0] += 1e-9
    assert difference(found, other) > TOLERANCE
    other["dx"][0, 0] = np.nan
    assert not difference(found, other) <= TOLERANCE
    del other["dx"]
    with pytest.raises(ValueError, match="different results"):
        difference(found, other)
