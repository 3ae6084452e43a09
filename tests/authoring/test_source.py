"""A lesson's text becomes the notebook it describes, and what is wrong with a text is said with its line."""

import builtins
import hashlib
import html
import re
from types import SimpleNamespace

import pytest

from optimlab.authoring import LessonError, read_lesson
from optimlab.authoring.rules import text_problems
from optimlab.authoring.source import anchor, headings

DOUBLE = SimpleNamespace(stub='def double(x):\n    """Twice x."""\n    ...\n', name="double")
REGISTRY = {"98.1": DOUBLE, "97.1": DOUBLE}

TEXT = """\
# A ball on a slope

Something rolls.

{{toc}}

+++

## How far does it roll?

```{code-cell}
:tags: [hide-input]

print(1 + 1)
```

### Why *that* far

```python
# this is no heading
```

```{code-cell}
%exercise 98.1
```

+++

## Done: `double`
"""


@pytest.fixture
def read(tmp_path):
    def read(text, name="98_ball.md"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_lesson(path, REGISTRY)

    return read


def problems(lesson):
    found = text_problems(lesson.notebook)
    return [(cell + 1, lesson.lines[cell] + offset, sentence) for cell, offset, sentence in found]


def test_cells_and_lines(read):
    lesson = read(TEXT)
    assert [cell.cell_type for cell in lesson.notebook.cells] == [
        "markdown", "markdown", "code", "markdown", "code", "markdown"
    ]
    assert lesson.lines == [1, 9, 11, 17, 23, 29]
    assert problems(lesson) == []


def test_exercise_expands_to_stub_blank_line_and_check(read):
    cell = read(TEXT).notebook.cells[4]
    assert cell.source == 'def double(x):\n    """Twice x."""\n    ...\n\ncheck("98.1", double)'
    assert cell.id == "exercise-98-1"
    assert cell.metadata == {"optimlab": {"exercise": "98.1"}, "tags": ["exercise"]}


def test_table_of_contents(read):
    first = read(TEXT).notebook.cells[0].source
    assert first.splitlines()[4:] == [
        "- [How far does it roll?](#How-far-does-it-roll?)",
        "  - [Why *that* far](#Why-that-far)",
        "- [Done: `double`](#Done:-double)",
    ]


@pytest.mark.parametrize(
    "heading",
    ["Plain", "Does `momentum` help?", "Why *that* far", "Euler's (old) idea", "100 % sure", "Größe & co"],
)
def test_anchor_is_the_one_nbconvert_gives(heading):
    from nbconvert.filters import markdown2html_mistune

    page = markdown2html_mistune(f"## {heading}")
    assert anchor(heading) == html.unescape(re.search(r'id="([^"]*)"', page)[1])


def test_headings_inside_fences_are_not_headings():
    text = "# One\n```\n## not\n~~~\n## not\n```\n~~~~\n## not\n~~~\n~~~~\n## Two ##"
    assert headings(text) == [(0, 1, "One"), (10, 2, "Two")]


def test_metadata_names_the_source_and_no_python_version(read):
    metadata = read(TEXT).notebook.metadata
    assert metadata.optimlab == {
        "lesson": "98",
        "source": "source/98_ball.md",
        "source_sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
    }
    assert metadata.kernelspec.name == "python3"
    assert metadata.language_info == {"name": "python"}


def test_hash_and_cells_do_not_depend_on_line_endings(read, tmp_path):
    unix = read(TEXT).notebook
    path = tmp_path / "98_ball.md"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert read_lesson(path, REGISTRY).notebook == unix


def test_an_edit_changes_only_the_ids_of_edited_cells(read):
    before = [cell.id for cell in read(TEXT).notebook.cells]
    after = [cell.id for cell in read(TEXT.replace("1 + 1", "1 + 2")).notebook.cells]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False, True, True, True]


def test_cells_that_are_alike_get_ids_of_their_own(read):
    cells = read("# A\n\nmore\n\n+++\n\nalike\n\n+++\n\nalike\n").notebook.cells
    assert cells[2].id == cells[1].id + "-2"


@pytest.mark.parametrize("name", ["98-ball.md", "ball.md", "98_Ball.md", "9_ball.md"])
def test_a_name_that_is_no_lesson(read, name):
    with pytest.raises(LessonError, match="not named like a lesson"):
        read(TEXT, name)


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("%exercise 98.1", "%exercise 98.7", "there is no exercise '98.7' in optimlab.exercises."),
        ("%exercise 98.1", "%exercise 97.1", "exercise 97.1 belongs to lesson 97."),
        ("%exercise 98.1", "x = 1\n%exercise 98.1", "%exercise NN.k stands alone in its cell."),
        ("print(1 + 1)", "%exercise 98.1", "exercise 98.1 stands at line 11 already."),
    ],
)
def test_exercises_that_cannot_be(read, old, new, sentence):
    with pytest.raises(LessonError) as error:
        read(TEXT.replace(old, new))
    assert str(error.value) == f"98_ball.md, line 23, cell 5: {sentence}"


LONG = "\n".join(f"x{i} = {i}" for i in range(21))


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("# A ball on a slope\n", "",
         (2, 8, "'How far does it roll?' is a level-2 heading where level 1 comes next.")),
        ("## Done: `double`", "# Done",
         (6, 29, "'Done' is one more level-1 heading; a lesson has one, at its top.")),
        ("### Why *that* far", "text\n\n#### Why",
         (4, 19, "'Why' is a level-4 heading where level 3 comes next.")),
        ("## Done: `double`", "### Why *that* far",
         (6, 29, "'Why *that* far' is the heading of two sections, so links cannot tell them apart.")),
        ("## Done: `double`", "## Done $x$",
         (6, 29, "'Done $x$' has a formula in its heading, which links cannot name.")),
        ("print(1 + 1)", LONG, (3, 11, "the cell has 21 lines of code; 20 is the most.")),
        ("print(1 + 1)", "x = 1\n" + "y" * 89, (3, 12, "the line has 89 characters; 88 is the most.")),
        ("Something rolls.", "![](a.png)", (1, 3, "an image has no alt text: ![what it shows](...).")),
        ("Something rolls.", "```{note}\nx\n```",
         (1, 3, "'```{note}' starts no cell, as ```{code-cell} would.")),
        ("print(1 + 1)", 'predict("98.p1", "?")\n\nquiz("98.p1", "?")',
         (3, 13, "'98.p1' is the id of two predictions or quizzes.")),
        ("### Why *that* far\n", "", None),
        ("\n+++\n\n## Done: `double`\n", "\n```{code-cell}\n2\n```\n",
         (6, 27, "the lesson has 3 Markdown cells and 3 code cells; "
                 "it needs more Markdown cells than code cells.")),
    ],
)
def test_rules_of_the_text(read, old, new, problem):
    assert old in TEXT
    assert problems(read(TEXT.replace(old, new))) == ([problem] if problem else [])


def test_twenty_lines_are_not_too_many(read):
    assert problems(read(TEXT.replace("print(1 + 1)", LONG.rsplit("\n", 1)[0]))) == []


def test_options_that_are_not_yaml(read):
    with pytest.raises(LessonError, match="98_ball.md has cell options that are not YAML"):
        read(TEXT.replace(":tags: [hide-input]", ":tags: [hide-input"))


def test_a_file_that_is_not_utf_8(tmp_path):
    path = tmp_path / "98_ball.md"
    path.write_bytes("# Größe\n".encode("latin-1"))
    with pytest.raises(LessonError, match="^98_ball.md is not UTF-8 text.$"):
        read_lesson(path, REGISTRY)


def test_without_jupytext_one_sentence_says_how_to_get_it(read, monkeypatch):
    real = builtins.__import__

    def no_jupytext(name, *rest):
        if name.startswith("jupytext"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", no_jupytext)
    with pytest.raises(LessonError) as error:
        read(TEXT)
    assert str(error.value) == (
        "Building a lesson needs jupytext, which is not installed: python -m pip install jupytext"
    )
