"""Answers in a notebook: putting them in, and putting the reference verdict beside what a learner saved."""

import ast
import copy
import re
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode, v4

from optimlab.authoring.rules import calls
from optimlab.authoring.source import exercise_of
from optimlab.exercises.verdict import Verdict


@dataclass(frozen=True)
class Judge:
    """A check that stands for an exercise: its cell, and the learner's cell before it, if any."""

    exercise: str
    cell: int
    answer: int | None


def fill(notebook, answers, registry=None) -> NotebookNode:
    """A copy of a lesson's notebook with `answers` (exercise id -> source text) in its exercise cells."""
    registry = registry_or_ours(registry)
    filled = copy.deepcopy(notebook)
    for cell in filled.cells:
        if (id := exercise_of(cell)) in answers:
            cell.source = f'{answers[id].strip()}\n\ncheck("{id}", {registry[id].name})'
    return filled


def solve(notebook, registry=None) -> NotebookNode:
    """A copy with the reference solution in each exercise cell and "NN.k passed" stored as its output."""
    registry = registry_or_ours(registry)
    ids = [exercise_of(cell) for cell in notebook.cells if exercise_of(cell)]
    solved = fill(notebook, {id: reference(registry[id]) for id in ids}, registry)
    for cell in solved.cells:
        if id := exercise_of(cell):
            cell.outputs = [passed(id)]
            cell.execution_count = cell.execution_count or 1
    return solved


def reference(exercise) -> str:
    """What a learner who has solved the exercise has written."""
    return assigned(exercise, exercise.reference()) if exercise.is_value else exercise.solution


def assigned(exercise, value) -> str:
    """The line that gives this value to the exercise's name, in a notebook that knows NumPy as np."""
    return re.sub(r"\barray\(", "np.array(", f"{exercise.name} = {value!r}")


def with_reference_verdicts(notebook, registry=None) -> NotebookNode:
    """A copy of a learner's notebook in which nbval compares verdicts, and nothing else, with the reference.

    nbval compares a notebook with the outputs stored in it, so a wrong answer that was saved would agree with
    itself. Here every cell of the learner's runs without being compared, and behind each answer stands one
    more cell, which checks it and has "NN.k passed" stored as its output. An exercise of the lesson that the
    notebook has lost is checked at the end.
    """
    return judged(notebook, registry)[0]


def judged(notebook, registry=None) -> tuple[NotebookNode, list[Judge]]:
    registry = registry_or_ours(registry)
    lesson = notebook.metadata.get("optimlab", {}).get("lesson")
    missing = [id for id in registry if id.split(".")[0] == lesson]
    cells, judges = [], []

    def add(id, call, answer):
        judges.append(Judge(id, len(cells), answer))
        cells.append(judge_cell(id, call, f"judge-{len(judges)}"))

    for original in notebook.cells:
        cell = copy.deepcopy(original)
        cells.append(cell)
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        cell.metadata["tags"] = [*(cell.metadata.get("tags") or []), "nbval-ignore-output"]
        answer = len(cells) - 1
        for id, call in checks(cell, registry):
            add(id, call, answer)
            if id in missing:
                missing.remove(id)
    for id in missing:
        add(id, f'check("{id}", {registry[id].name})', None)
    return v4.new_notebook(cells=cells, metadata=copy.deepcopy(notebook.metadata)), judges


def checks(cell, registry) -> list[tuple[str, str]]:
    """(id, call) for each exercise that a cell checks, or that it was made for when its check is gone."""
    found = {}
    for name, call in calls(without_magics(cell.source)):
        if name == "check" and call.args[0].value in registry and len(call.args) > 1:
            call.func = ast.Name("check")
            found[call.args[0].value] = ast.unparse(call)
    behind_magic = re.findall(r"""^[^#\n]*\bcheck\(\s*['"](\d\d\.\d+)['"]""", cell.source, re.MULTILINE)
    for id in [*behind_magic, exercise_of(cell)]:
        if id in registry and id not in found:
            found[id] = f'check("{id}", {registry[id].name})'
    return list(found.items())


def without_magics(source) -> str:
    try:
        return TransformerManager().transform_cell(source)
    except SyntaxError:
        return source


def judge_cell(id, call, name) -> NotebookNode:
    cell = v4.new_code_cell(f"import optimlab\noptimlab.{call}", outputs=[passed(id)], execution_count=1)
    cell["id"] = name
    return cell


def passed(id) -> NotebookNode:
    """What a check shows when the answer is the reference."""
    verdict = Verdict(id, "passed", f"{id} passed")
    bundle = {"text/plain": repr(verdict), "text/html": verdict._repr_html_()}
    return v4.new_output("execute_result", bundle, execution_count=1)


def registry_or_ours(registry):
    if registry is None:
        from optimlab.exercises import REGISTRY as registry
    return registry
