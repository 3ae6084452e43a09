"""A course's own edition of the lessons: exercises in the form of its seed, and the key to it."""

import copy
import json
import re
from pathlib import Path

import nbformat

from optimlab.authoring.answers import passed, reference
from optimlab.authoring.build import to_bytes
from optimlab.authoring.source import LessonError, exercise_of, name_cells
from optimlab.exercises.editions import Edition, edition

CALL = re.compile(r"""\b(check|ready)\((["'])(\d\d\.\d+)\2,\s*([\w.]+)\)""")
SOLUTION_TAGS = {"solution", "answer"}


def release(lessons, name, seed, target) -> Edition:
    """Write the notebooks of an edition, and its key, from lessons that are built.

    Args:
        lessons: the notebooks, paths of lessons/NN_name.ipynb.
        name, seed: the edition's, as "class" and 7.
        target: a folder that is empty or not there yet. It gets `lessons/`, for the students; `key/`, the
            same notebooks with every answer and answers.md, for nobody else; and edition.json.

    Raises LessonError when the target holds something or a lesson cannot be read.
    """
    made, target = edition(f"{name}-{seed}"), Path(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise LessonError(f"{target} is not empty; an edition needs a folder of its own.")
    notebooks = {path.name: read(path) for path in map(Path, lessons)}
    for part in ("lessons", "key"):
        (target / part).mkdir(parents=True, exist_ok=True)
    for file, notebook in notebooks.items():
        (target / "lessons" / file).write_bytes(to_bytes(for_class(notebook, made)))
        (target / "key" / file).write_bytes(to_bytes(key(notebook, made)))
    cells = [cell for notebook in notebooks.values() for cell in notebook.cells]
    ids = list(filter(None, map(exercise_of, cells)))
    (target / "key" / "answers.md").write_text(answers(made, ids), encoding="utf-8")
    about = {"edition": str(made), "seed": made.seed, "lessons": sorted(notebooks),
             "as published": [id for id in ids if id not in made.varied]}
    (target / "edition.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return made


def read(path):
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise LessonError(f"{path} cannot be read as a notebook: {error}") from None


def for_class(notebook, made) -> nbformat.NotebookNode:
    """A copy of a built lesson as students get it: no solutions, every exercise in its form."""
    released = copy.deepcopy(notebook)
    released.cells = [cell for cell in released.cells
                      if not SOLUTION_TAGS & set(cell.metadata.get("tags", ()))]
    for cell in released.cells:
        if id := exercise_of(cell):
            one = made.registry[id]
            cell.source = f"{one.stub.strip()}\n\n{check_line(one, made)}"
        else:
            cell.source = CALL.sub(rf'\1(\2\3\2, \4, edition="{made}")', cell.source)
    name_cells(released)
    released.metadata.optimlab["edition"] = str(made)
    return released


def key(notebook, made) -> nbformat.NotebookNode:
    """The same with the answer in each exercise, and what its check says then."""
    solved = for_class(notebook, made)
    for cell in solved.cells:
        if id := exercise_of(cell):
            one = made.registry[id]
            cell.source = f"{answer(one).strip()}\n\n{check_line(one, made)}"
            cell.outputs, cell.execution_count = [passed(id)], cell.execution_count or 1
    return solved


def answer(exercise) -> str:
    """The answer to an exercise in its form, as a learner would have written it."""
    if hasattr(exercise, "letters"):
        return f"{exercise.name} = {exercise.answer!r}"
    return reference(exercise)


def check_line(exercise, made=None) -> str:
    told = f', edition="{made}"' if made is not None else ""
    return f'check("{exercise.id}", {exercise.name}{told})'


def answers(made, ids) -> str:
    """The key as one text: what is different in each exercise, and its answer."""
    parts = [f"# Answers of edition {made}", "Not for students."]
    for id in ids:
        one = made.registry[id]
        parts.append(f"## {id} {one.title}")
        parts.append("\n".join(f"- {line}" for line in getattr(one, "says", ["as published"])))
        parts.append(f"```python\n{answer(one).strip()}\n```")
    return "\n\n".join(parts) + "\n"
