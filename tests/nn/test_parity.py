"""Every layer, loss and model beside PyTorch: live where it is installed, against stored results always."""

import numpy as np
import pytest
from layer_parity import (
    CASES,
    MODELS,
    REFERENCES,
    TOLERANCE,
    difference,
    load_stored,
    ours,
    small_model,
    table,
    torch_model,
)

from optimlab import nn

ROWS = [pytest.param(*row, id=f"{row[0]}-{row[1]}") for row in table()]
# What has no parameters and no forward of its own, or is a model (compared under "models").
NOT_LAYERS = {"Layer", "Model", "Sequential", "MLP", "CNN", "RecurrentClassifier", "CharModel",
              "chebyshev_net", "init", "CrossEntropyLoss", "MSELoss"}  # fmt: skip


@pytest.mark.parametrize("file, label, made_with, mine, theirs", ROWS)
def test_equals_the_stored_reference(file, label, made_with, mine, theirs):
    stored = load_stored(file)
    assert stored["about"]["entries"][label]["made_with"] == made_with, "run make_references.py again"
    assert difference(mine(), stored[label]) <= TOLERANCE


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("file, label, made_with, mine, theirs", ROWS)
def test_equals_the_live_reference(torch, file, label, made_with, mine, theirs):
    assert difference(mine(), theirs()) <= TOLERANCE


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", MODELS)
def test_the_flat_vector_is_that_of_pytorch(torch, name):
    model, other = small_model(name)[0], torch_model(name)
    other.load_state_dict({key: torch.from_numpy(view) for key, view in model.views.items()}, strict=False)
    assert list(model.views) == [key for key, _ in other.named_parameters()]
    flat = torch.nn.utils.parameters_to_vector(other.parameters()).detach().numpy()
    assert np.array_equal(model.params, flat)


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
