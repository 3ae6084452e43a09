"""docs/optimizers.md says what the rows and docstrings say, and every docstring says all that it should."""

import pytest
from pages import without_numbers
from parity.table import PAGE, page, sections

import optimlab.optim

OPTIMIZERS = [
    getattr(optimlab.optim, name)
    for name in optimlab.optim.__all__
    if name != "Optimizer" and hasattr(getattr(optimlab.optim, name), "step")
]


def test_the_page_is_up_to_date():
    made = page(lambda row, case: 1e-16)
    assert without_numbers(PAGE.read_text(encoding="utf-8")) == without_numbers(made), (
        "run make_table.py again"
    )


@pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.__name__)
def test_a_docstring_has_every_section(cls):
    doc = cls.__doc__
    for words in ("Args:", "Raises:", ">>> ", "Source"):
        assert words in doc, f"{cls.__name__}: no {words}"
    if cls is not optimlab.optim.Group:
        found = sections(cls)
        assert found["equation"]
        assert any(character.isdigit() for character in found["sources"])
        assert found["state"] or issubclass(cls, optimlab.optim.wrapper.Wrapper)
