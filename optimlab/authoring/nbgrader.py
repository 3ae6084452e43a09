"""Lessons in nbgrader's format (metadata schema 3): its `source` folder, ready for generate_assignment."""

import ast
import copy
from pathlib import Path

from nbformat import v4

from optimlab.authoring import editions
from optimlab.authoring.build import to_bytes
from optimlab.authoring.source import LessonError, exercise_of

SCHEMA = 3
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def export(lessons, target, edition=None, most=1.0) -> list[Path]:
    """Write `source/NN/NN_name.ipynb` for each lesson into nbgrader's course folder `target`.

    edition: an Edition, or None for the exercises as they are published. most: the points of an exercise.
    Returns the notebooks. Raises LessonError rather than write over one that is there.
    """
    written = []
    for path in map(Path, lessons):
        place = Path(target) / "source" / path.name[:2] / path.name
        if place.exists():
            raise LessonError(f"{place} is there already; nothing was written over it.")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(to_bytes(for_nbgrader(editions.read(path), edition, most)))
        written.append(place)
    return written


def for_nbgrader(notebook, edition=None, most=1.0):
    """A copy in which each exercise is two cells: the answer, and a locked one that grades it.

    The second cell's value is its points, so that nbgrader gives the part credit that `optimlab grade` gives.
    Optional exercises stay as they are and count nothing.
    """
    from optimlab.exercises import REGISTRY

    source = editions.for_class(notebook, edition) if edition else copy.deepcopy(notebook)
    registry, cells = (edition.registry if edition else REGISTRY), []
    for cell in source.cells:
        one = registry.get(exercise_of(cell))
        if one is None or one.optional:
            cells.append(cell)
            continue
        cell.source = solved(one)
        cell.outputs, cell.execution_count = [], None
        number = one.id.replace(".", "-")
        cell.metadata["nbgrader"] = _marked(f"exercise-{number}", solution=True)
        told = f', edition="{edition}"' if edition else ""
        test = v4.new_code_cell(f"from optimlab.grading import points\n\n"
                                f'points("{one.id}", {one.name}, most={most:g}{told})')
        test["id"] = f"points-{number}"
        test.metadata["nbgrader"] = _marked(f"points-{number}", grade=True, points=most)
        cells += [cell, test]
    source.cells = cells
    return source


def solved(exercise) -> str:
    """The answer's cell: the task, and the solution between the marks that nbgrader cuts at."""
    text = editions.answer(exercise)
    if exercise.is_value:
        *asked, _ = exercise.stub.strip().splitlines()
        return "\n".join([*asked, f"{exercise.name} = ...", BEGIN, text.strip(), END])
    head, body = _split(text)
    return "\n".join([head, f"    {BEGIN}", body.rstrip(), f"    {END}"])


def _split(text):
    """(signature and docstring, the lines after them) of a function."""
    function = ast.parse(text).body[0]
    lines = text.splitlines()
    first = function.body[1] if ast.get_docstring(function) is not None else function.body[0]
    end = function.body[0].end_lineno if first is not function.body[0] else first.lineno - 1
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def _marked(name, grade=False, solution=False, points=None):
    marks = {"schema_version": SCHEMA, "grade_id": name, "grade": grade, "solution": solution,
             "locked": grade, "task": False}
    return marks | ({"points": points} if points is not None else {})
