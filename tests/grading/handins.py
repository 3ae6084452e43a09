"""Small hand-ins: notebooks with the exercises of lesson 04, and what a student may have done to them."""

from nbformat import v4

from optimlab.exercises import REGISTRY

COUNTED = [id for id, one in REGISTRY.items() if one.lesson == "04" and not one.optional]


def exercise_cell(id, source, check=None, outputs=()):
    cell = v4.new_code_cell(f"{source.strip()}\n\n" + (check or f'check("{id}", {REGISTRY[id].name})'))
    cell["id"] = f"exercise-{id.replace('.', '-')}"
    cell.metadata["optimlab"] = {"exercise": id}
    cell.outputs = list(outputs)
    return cell


def notebook(answers, before=(), after=(), lesson="04"):
    """A hand-in: `answers` maps ids to source or cells; cells of source stand before and after them."""
    first = v4.new_code_cell("import numpy as np\n\nfrom optimlab import check, ready")
    cells = [first, *map(v4.new_code_cell, before)]
    for id in COUNTED:
        answer = answers.get(id, REGISTRY[id].stub)
        cells.append(exercise_cell(id, answer) if isinstance(answer, str) else answer)
    cells += map(v4.new_code_cell, after)
    return v4.new_notebook(cells=cells, metadata={"optimlab": {"lesson": lesson}})
