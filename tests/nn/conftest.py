import importlib.util
import sys
from pathlib import Path

import pytest

# The table of cases is a module beside the tests; what pages share stands one folder up. Scripts use both.
sys.path[:0] = map(str, [Path(__file__).parent, Path(__file__).parents[1]])

from layer_parity import references_required  # noqa: E402


@pytest.fixture
def torch():
    """PyTorch, or a skip: the stored results were compared instead."""
    if importlib.util.find_spec("torch") is None:
        assert not references_required(), "OPTIMLAB_REQUIRE_REFERENCES is set and torch is not installed"
        pytest.skip("torch not installed: the stored reference was compared instead")
    return importlib.import_module("torch")
