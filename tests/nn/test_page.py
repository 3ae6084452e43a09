"""docs/networks.md says what the docstrings and the comparison say, and names what PyTorch has besides."""

import inspect

import numpy as np
import pytest
from layer_page import INITS, LOSS_LACKS, NO_MEANING, NOT_HERE, PAGE, page
from layer_parity import CASES, LOSSES, RECURRENT
from pages import without_numbers

from optimlab import losses, nn


def test_the_page_is_up_to_date():
    made = page(lambda file, label, mine: 1e-16)
    stored = PAGE.read_text(encoding="utf-8")
    assert without_numbers(stored) == without_numbers(made), "run make_page.py again"


def test_everything_public_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    named = set(nn.__all__) - {"Layer", "Model", "init"} | set(nn.init.NAMED)
    named |= {name for name, thing in vars(losses).items()
              if inspect.isfunction(thing) and not name.startswith("_")}  # fmt: skip
    assert {name for name in named if f"`{name}`" not in text and f"`nn.{name}`" not in text} == set()


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", dict.fromkeys(case.name for case in CASES))
def test_arguments_of_a_layer_are_pytorchs(torch, name):
    ours = inspect.signature(getattr(nn, name)).parameters
    theirs = inspect.signature(torch.nn.RNNBase if name in RECURRENT else getattr(torch.nn, name)).parameters
    assert set(theirs) - set(ours) - NO_MEANING == set(NOT_HERE.get(name, ()))
    for key in set(theirs) & set(ours) - {"dtype"}:
        assert ours[key].default == theirs[key].default, key


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name, function", {case.name: case.theirs for case in LOSSES}.items())
def test_arguments_of_a_loss_are_pytorchs(torch, name, function):
    ours = inspect.signature(getattr(losses, name)).parameters
    theirs = inspect.signature(getattr(torch.nn.functional, function)).parameters
    assert set(theirs) - set(ours) - NO_MEANING == set(LOSS_LACKS[name])


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", INITS)
def test_initialisers_draw_as_pytorchs_do(torch, name):
    function, settings = INITS[name]
    shape = (60, 20, 3, 3)
    mine = nn.init.NAMED[name](shape, np.random.default_rng(0))
    torch.manual_seed(0)
    other = getattr(torch.nn.init, function)(torch.empty(shape, dtype=torch.float64), **settings).numpy()
    # Of n draws, a standard deviation is within 1 / sqrt(2 n) of its own value, most of the time.
    assert abs(mine.std() / other.std() - 1) < 5 / np.sqrt(mine.size)
    # The largest of a uniform distribution stands near its bound, that of a normal one far from any.
    share = [np.abs(array).max() / array.std() for array in (mine, other)]
    assert share == pytest.approx([np.sqrt(3)] * 2, rel=0.01) if "uniform" in function else min(share) > 2.5
