"""What a notebook shows of a wrong call: the learner's own line and one sentence, none of our files."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

PREPARE = """
import numpy as np
from optimlab import SGD, descend, landscapes, live, theory
"""


@pytest.fixture(scope="module")
def notebook():
    """Runs cells in a real kernel -> function: code -> the traceback's text, colours removed."""
    book = nbformat.v4.new_notebook()
    client = NotebookClient(book, kernel_name="python3", timeout=60, allow_errors=True)
    with client.setup_kernel():
        def run(code):
            cell = nbformat.v4.new_code_cell(code)
            book.cells.append(cell)
            client.execute_cell(cell, len(book.cells) - 1)
            errors = [output for output in cell.outputs if output.output_type == "error"]
            return plain("\n".join(errors[0].traceback)) if errors else ""

        assert run(PREPARE) == ""
        yield run


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(("code", "sentence"), [
    ("SGD(np.array([1, 2]))", "TypeError: params: a float array is needed, got int64"),
    ("SGD(np.ones(2), lr=-1)", "ValueError: lr: a finite number of at least 0 is needed, got -1"),
    ("SGD(np.ones(2)).step(np.ones(3))", "ValueError: grads: shape (2,) is needed"),
    ("SGD(np.ones(2)).step(np.array([1.0, np.nan]))", "ValueError: grads: finite numbers are needed"),
    ("descend(3, SGD(np.ones(2)), 5)", "TypeError: landscape: a Landscape or a gradient function"),
    ("theory.heavy_ball(2, 1)", "ValueError: mu, L: curvatures 0 < mu <= L are needed"),
    ("live.cliff(lrr=1)", "TypeError: live.cliff has no value called 'lrr'"),
])
def test_a_wrong_call_ends_at_the_learners_line(notebook, code, sentence):
    shown = notebook(code)
    assert sentence in shown
    assert code in shown
    assert "optimlab/" not in shown.replace("\\", "/")


def test_an_error_in_the_learners_function_is_shown_whole(notebook):
    shown = notebook("def mine(x):\n    return x + 'a'\ndescend(mine, SGD(np.ones(2)), 3)")
    assert "return x + 'a'" in shown
    assert "descend(mine" in shown


def test_other_errors_keep_their_traceback(notebook):
    assert "ZeroDivisionError" in notebook("1 / 0")
    assert "invalid literal" in notebook("int('a')")


def test_a_handler_of_the_learners_own_is_left_alone(notebook):
    code = "from optimlab import tracebacks\nshell = get_ipython()\n"
    code += "before = shell.CustomTB\ntracebacks.shorten()\nassert shell.CustomTB is before"
    assert notebook(code) == ""
