"""nbval judges what a learner saved, whatever state it is in."""

import copy
import json
import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from nbformat import v4
from nbval.plugin import get_sanitize_patterns

from optimlab import check
from optimlab.authoring import (
    CheckError,
    Lesson,
    check_notebook,
    fill,
    read_lesson,
    solve,
    with_reference_verdicts,
)
from optimlab.authoring.answers import passed, reference
from optimlab.authoring.build import kernel_environment, run, to_bytes
from optimlab.authoring.judge import SANITIZE
from optimlab.authoring.source import exercise_of
from optimlab.exercises import REGISTRY, Verdict

OURS = {id: REGISTRY[id] for id in ("04.1", "04.2") if id in REGISTRY}
UPHILL = """\
def momentum_step(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w + lr * velocity, velocity
"""
TEXT = """\
# A ball with a past

It keeps some of its speed.

```{code-cell}
import numpy as np

from optimlab import check, ready
```

+++

Write one step.

```{code-cell}
%exercise 04.1
```

+++

Look ahead.

```{code-cell}
%exercise 04.2
```

+++

Both steps run, whoever wrote them.

```{code-cell}
step = ready("04.1", momentum_step)
print(step(np.array([1.0]), np.array([2.0]), np.array([10.0]), lr=0.1, momentum=0.5)[0])
```

+++

The end.
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """The lesson as it was built: every check says "not attempted"."""
    path = tmp_path_factory.mktemp("source") / "04_ball.md"
    path.write_text(TEXT, encoding="utf-8")
    lesson = read_lesson(path, OURS)
    run(lesson, path.parent)
    return lesson.notebook


@pytest.fixture
def saved(course):
    """Writes a notebook to work/ as a learner would have saved it."""

    def save(notebook):
        path = course / "work" / "04_ball.ipynb"
        path.write_text(v4.writes(notebook), encoding="utf-8")
        return path

    return save


def with_its_own_outputs(notebook, folder):
    notebook = copy.deepcopy(notebook)
    run(Lesson(folder / "04_ball.md", notebook, [1] * len(notebook.cells)), folder)
    return notebook


def cell_of(notebook, id):
    return next(cell for cell in notebook.cells if exercise_of(cell) == id)


def nbval(path, scratch):
    """Plain `pytest --nbval`, as anyone would call it; returns the exit code and what it printed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    command += [f"--nbval-sanitize-with={SANITIZE}", "--color=no", str(path)]
    environment = kernel_environment(scratch)
    done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout


def lines(results):
    return [result.line for result in results]


# The untouched lesson, the solved one, and a wrong answer.


def test_the_untouched_lesson_passes_plain_nbval_and_says_not_attempted(lesson, saved, tmp_path):
    path = saved(lesson)
    code, printed = nbval(path, tmp_path)
    assert code == 0, printed
    assert cell_of(lesson, "04.1").outputs[0].data["text/plain"] == "04.1 not attempted"
    results = check_notebook(path, OURS)
    assert lines(results) == ["04.1 not attempted", "04.2 not attempted"]
    assert all(result.fine for result in results)


def test_the_solved_lesson_passes_plain_nbval_and_says_passed(lesson, saved, tmp_path, monkeypatch):
    path = saved(solve(lesson, OURS))
    code, printed = nbval(path, tmp_path)
    assert code == 0, printed
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(path.with_name("progress.json")))
    results = check_notebook(path, OURS)
    assert [(r.exercise, r.status) for r in results] == [("04.1", "passed"), ("04.2", "passed")]
    assert [file.name for file in path.parent.iterdir()] == ["04_ball.ipynb"]  # nothing became progress


def test_a_saved_wrong_answer_agrees_with_itself_but_not_with_the_reference(lesson, saved, course, tmp_path):
    wrong = with_its_own_outputs(fill(lesson, {"04.1": UPHILL}, OURS), course)
    path = saved(wrong)
    before = path.read_bytes()
    code, printed = nbval(path, tmp_path)
    assert code == 0, printed

    judged = tmp_path / "judged.ipynb"
    judged.write_bytes(to_bytes(with_reference_verdicts(wrong, OURS)))
    code, printed = nbval(judged, tmp_path)
    assert code == 1
    assert "04.1 mistake: it walks uphill" in printed and "04.1 passed" in printed

    first, second = check_notebook(path, OURS)
    assert (first.exercise, first.status, first.line) == ("04.1", "mistake", "04.1 mistake: it walks uphill")
    assert "Question:" in first.detail and not first.fine
    assert second.line == "04.2 not attempted"
    assert path.read_bytes() == before


def test_each_cell_is_run_and_only_verdicts_are_compared(lesson):
    judged = with_reference_verdicts(lesson, OURS)
    nbformat.validate(judged)
    code = [cell for cell in judged.cells if cell.cell_type == "code"]
    own = [cell for cell in code if "nbval-ignore-output" in cell.metadata.get("tags", [])]
    judges = [cell for cell in code if cell not in own]
    assert [cell.source for cell in own] == [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    assert [cell.outputs[0].data["text/plain"] for cell in judges] == ["04.1 passed", "04.2 passed"]
    assert all(cell.execution_count is not None for cell in judges)  # nbval compares no cell without a count


# What learners do to notebooks.


def test_a_notebook_in_disorder_is_still_judged(lesson, saved, course):
    """Printing, magics, no outputs, no Python, a cell that raises, an own module and an own file."""
    messy = fill(lesson, {"04.1": reference(OURS["04.1"]), "04.2": "def nesterov_step(:"}, OURS)
    first = cell_of(messy, "04.1")
    first.source = "%matplotlib inline\nprint('trying')\n" + first.source + ";"
    for cell in messy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    mine = "import helper_of_mine\n\nassert open('note.txt').read() == 'here'\n{}['lr']"
    messy.cells.append(v4.new_code_cell(mine))
    (course / "work" / "helper_of_mine.py").write_text("")
    (course / "work" / "note.txt").write_text("here")
    (course / "work" / "conftest.py").write_text("raise SystemExit('never read')")
    (course / "work" / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    path = saved(messy)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["nbformat_minor"] = 4  # some editors write an old version and ids all the same, and no metadata
    del raw["cells"][0]["metadata"]
    path.write_text(json.dumps(raw), encoding="utf-8")
    results = check_notebook(path, OURS)
    assert [(result.exercise, result.status) for result in results] == [
        ("04.1", "passed"), ("04.2", "error"), (None, "error")
    ]
    second = "04.2 error: the cell that starts with 'def nesterov_step(:' failed: SyntaxError"
    assert results[1].line.startswith(second)
    assert results[2].line == "the cell that starts with 'import helper_of_mine' failed: KeyError: 'lr'"


def test_lost_emptied_and_moved_answers(lesson, saved):
    """04.1 was deleted and written elsewhere without its check; 04.2 was emptied."""
    lost = copy.deepcopy(lesson)
    lost.cells.remove(cell_of(lost, "04.1"))
    lost.cells.insert(1, v4.new_code_cell(UPHILL))
    cell_of(lost, "04.2").source = ""
    assert lines(check_notebook(saved(lost), OURS)) == ["04.1 mistake: it walks uphill", "04.2 not attempted"]


def test_what_is_judged_is_the_learners_function_by_our_check(lesson, saved):
    """04.1 is checked under another name; 04.2 brings its own check and tells nbval to look away."""
    sly = copy.deepcopy(lesson)
    cell_of(sly, "04.1").source = UPHILL.replace("momentum_step", "mine") + '\ncheck("04.1", mine)'
    own_check = "# NBVAL_IGNORE_OUTPUT\ndef check(*_):\n    return '04.2 passed'\n\n"
    cell_of(sly, "04.2").source = own_check + 'nesterov_step = max\n\ncheck("04.2", nesterov_step)'
    first, second = check_notebook(saved(sly), OURS)[:2]
    assert first.line == "04.1 mistake: it walks uphill"
    assert second.status in ("wrong", "error") and second.exercise == "04.2"


def test_the_last_attempt_counts(lesson, saved):
    """04.1 is wrong in its cell and right further down; 04.2 is right further up and its cell is empty."""
    tried = fill(lesson, {"04.1": UPHILL}, OURS)
    cell_of(tried, "04.2").source = ""
    again = [f'{reference(OURS[id])}\ncheck("{id}", {OURS[id].name})' for id in OURS]
    tried.cells.insert(3, v4.new_code_cell(again[1]))
    tried.cells.append(v4.new_code_cell(again[0]))
    assert lines(check_notebook(saved(tried), OURS)) == ["04.1 passed", "04.2 passed"]


def test_an_endless_loop_is_stopped_and_the_rest_is_judged(lesson, saved):
    answers = {"04.1": "while True:\n    print(1)\n" + UPHILL, "04.2": reference(OURS["04.2"])}
    results = check_notebook(saved(fill(lesson, answers, OURS)), OURS, cell_seconds=2)
    stopped = "04.1 error: the cell that starts with 'while True:' ran longer than 2 s and was stopped"
    assert lines(results)[0] == stopped
    assert results[1].status == "passed"


def test_a_kernel_that_dies_is_reported(lesson, saved):
    dead = fill(lesson, {"04.1": "import os\nos._exit(1)"}, OURS)
    first, second = check_notebook(saved(dead), OURS, cell_seconds=2)[:2]
    assert first.line.startswith("04.1 error: the cell that starts with 'import os' ended its kernel")
    assert second.line == "04.2 error: not judged, because the kernel had stopped before"


# Files that cannot be judged.


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("a.py", b"x = 1", "is not a notebook: its name does not end in .ipynb."),
        ("a.ipynb", None, "cannot be read: No such file or directory."),
        ("a.ipynb", b"", "is empty; take a fresh copy of the lesson."),
        ("a.ipynb", b" \n", "is empty; take a fresh copy of the lesson."),
        ("a.ipynb", b'{"cells": [', "is damaged: it is not JSON, as if it had been saved half-way."),
        ("a.ipynb", b"\xff\xfe\x00", "is not a notebook: it is not text."),
        ("a.ipynb", b"[]", "is JSON but not a notebook."),
        ("a.ipynb", b"3", "is JSON but not a notebook."),
        ("a.ipynb", b"{}", "is JSON but not a notebook."),
        ("a.ipynb", b'{"cells": 3}', "is JSON but not a notebook."),
        ("a.ipynb", b'{"cells": [], "metadata": {"optimlab": 4}}', "is JSON but not a notebook."),
        ("a.ipynb", b'{"cells": [{"cell_type": "code"}], "metadata": {}}', "is JSON but not a notebook."),
        ("a.ipynb", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "is JSON but not a notebook."),
        ("a.ipynb", to_bytes(v4.new_notebook(cells=[v4.new_code_cell("check('me')")])),
         "has no exercises of this course: none of its cells calls check(...)."),
    ],
)
def test_files_that_cannot_be_judged(tmp_path, name, content, sentence):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckError) as error:
        check_notebook(path)
    assert str(error.value) == f"{path} {sentence}"


def test_a_folder_is_no_notebook(tmp_path):
    (tmp_path / "a.ipynb").mkdir()
    with pytest.raises(CheckError, match="cannot be read"):
        check_notebook(tmp_path / "a.ipynb")


def test_without_nbval_one_sentence_says_how_to_get_it(lesson, saved, monkeypatch):
    monkeypatch.setattr("optimlab.authoring.judge.find_spec", lambda name: None if name == "nbval" else name)
    with pytest.raises(CheckError, match="^Checking needs nbval: python -m pip install nbval$"):
        check_notebook(saved(lesson), OURS)


# What nbval leaves out of a comparison.


def sanitized(text):
    for regex, replacement in get_sanitize_patterns(SANITIZE.read_text()):
        text = re.sub(regex, replacement, text)
    return text


@pytest.mark.parametrize("form", [repr, Verdict._repr_html_])
@pytest.mark.parametrize(
    "status, first, left",
    [
        ("passed", "04.1 passed", "04.1 passed"),
        ("passed with another convention", "04.1 passed with another convention: averaged", "04.1 passed"),
        ("not attempted", "04.1 not attempted", "04.1 not attempted"),
        ("mistake", "04.1 mistake: it walks uphill", "04.1 mistake: it walks uphill"),
        ("error", "04.1 error: it raises KeyError", "04.1 error: it raises KeyError"),
    ],
)
def test_of_a_verdict_the_first_line_is_left(form, status, first, left):
    assert sanitized(form(Verdict("04.1", status, first + "\nyours 0.123\nexpected 0.124\n\nlast"))) == left
    assert sanitized(form(Verdict("04.1", status, first))) == left


@pytest.mark.parametrize(
    "one, other",
    [
        ('<img src="data:image/png;base64,iVBO+=" alt="a">', '<img src="data:image/png;base64," alt="a">'),
        ('"model_id": "0123456789abcdef0123456789abcdef"', '"model_id": "ffffffffffffffffffffffffffffffff"'),
        ("<object at 0x7f01>", "<object at 0x7e02ab>"),
    ],
)
def test_what_differs_from_run_to_run_is_left_out(one, other):
    assert one != other
    assert sanitized(one) == sanitized(other)


def test_alt_text_and_numbers_stay():
    text = '<img alt="loss 0.5 after 69 steps" src="data:image/png;base64,AAAA"> 1234567 04.1 passed\nmore'
    assert sanitized(text) == text.replace("data:image/png;base64,AAAA", "data:image")


def test_the_reference_verdict_is_the_one_check_gives(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "progress.json"))
    verdict = check("04.1", OURS["04.1"].reference)
    stored = passed("04.1").data
    assert sanitized(repr(verdict)) == stored["text/plain"]
    assert sanitized(verdict._repr_html_()) == sanitized(stored["text/html"])


def test_an_answer_that_is_an_array_is_written_for_np():
    exercise = REGISTRY["05.3"]
    space = {"np": np}
    exec(reference(exercise), space)
    methods, R = space[exercise.name]
    assert methods == ["adagrad"]
    np.testing.assert_allclose(R, exercise.reference()[1], atol=1e-8)
