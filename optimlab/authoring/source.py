"""Reading a lesson's source and expanding it to a notebook that has not been run yet."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode, from_dict, v4

EXERCISE = re.compile(r"%exercise\s+(\S+)")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")


class LessonError(ValueError):
    """A lesson that cannot be built: one sentence for each thing to mend, with its file, line and cell."""


@dataclass
class Lesson:
    """A source file and the notebook it stands for; `lines[i]` is the line where cell i starts."""

    path: Path
    notebook: NotebookNode
    lines: list[int]

    @property
    def number(self) -> str:
        return self.path.name[:2]

    def place(self, cell: int, offset: int = 0) -> str:
        return f"{self.path.name}, line {self.lines[cell] + offset}, cell {cell + 1}"


def source_hash(path: Path) -> str:
    """Hash of the source's text; line endings do not count, because git may change them."""
    return hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest()


def read_lesson(path, registry=None) -> Lesson:
    """Read `lessons/source/NN_name.md` and expand its exercises and its table of contents.

    registry: exercise id -> Exercise; the course's own when None. Raises LessonError when the text cannot be
    read as a lesson or names an exercise that it cannot have.
    """
    path = Path(path)
    if not re.fullmatch(r"\d\d_[a-z0-9_]+\.md", path.name):
        raise LessonError(f"{path.name} is not named like a lesson, as 04_momentum.md is.")
    if registry is None:
        from optimlab.exercises import REGISTRY as registry
    cells, lines = parse_myst(path)
    lesson = Lesson(path, v4.new_notebook(cells=cells), lines)
    lesson.notebook.metadata = from_dict({
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "optimlab": {
            "lesson": lesson.number,
            "source": f"source/{path.name}",
            "source_sha256": source_hash(path),
        },
    })
    expand_exercises(lesson, registry)
    expand_toc(lesson)
    name_cells(lesson.notebook)
    return lesson


def parse_myst(path: Path) -> tuple[list[NotebookNode], list[int]]:
    try:
        from jupytext.myst import MystMetadataParsingError, myst_to_notebook
    except ImportError:
        raise LessonError(
            "Building a lesson needs jupytext, which is not installed: python -m pip install jupytext"
        ) from None
    try:
        text = path.read_text(encoding="utf-8")
        parsed = myst_to_notebook(text, add_source_map=True)
    except UnicodeDecodeError:
        raise LessonError(f"{path.name} is not UTF-8 text.") from None
    except MystMetadataParsingError as error:
        reason = " ".join(str(error).split())
        raise LessonError(f"{path.name} has cell options that are not YAML: {reason}") from None
    source_lines = text.splitlines()
    lines = []
    for cell, start in zip(parsed.cells, parsed.metadata["source_map"], strict=True):
        if cell.cell_type == "markdown":
            while not source_lines[start].strip():
                start += 1
            start += 1
        lines.append(start)
    return parsed.cells, lines


def expand_exercises(lesson: Lesson, registry) -> None:
    seen = {}
    for index, cell in enumerate(lesson.notebook.cells):
        if cell.cell_type != "code" or "%exercise" not in cell.source:
            continue
        match = EXERCISE.fullmatch(cell.source.strip())
        if not match:
            raise LessonError(f"{lesson.place(index)}: %exercise NN.k stands alone in its cell.")
        id = match[1]
        if id not in registry:
            raise LessonError(f"{lesson.place(index)}: there is no exercise {id!r} in optimlab.exercises.")
        if id.split(".")[0] != lesson.number:
            raise LessonError(f"{lesson.place(index)}: exercise {id} belongs to lesson {id.split('.')[0]}.")
        if id in seen:
            raise LessonError(f"{lesson.place(index)}: exercise {id} stands at line {seen[id]} already.")
        seen[id] = lesson.lines[index]
        exercise = registry[id]
        cell.source = f'{exercise.stub.strip()}\n\ncheck("{id}", {exercise.name})'
        cell.metadata["optimlab"] = {"exercise": id}
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), "exercise"]


def expand_toc(lesson: Lesson) -> None:
    cells = lesson.notebook.cells
    entries = [
        f"{'  ' * (level - 2)}- [{text}](#{anchor(text)})"
        for cell in cells if cell.cell_type == "markdown"
        for _, level, text in headings(cell.source) if level in (2, 3)
    ]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"(?m)^\{\{toc\}\}$", lambda _: "\n".join(entries), cell.source)


def headings(markdown: str) -> list[tuple[int, int, str]]:
    """(line offset, level, text) of each heading that stands outside fenced code."""
    found, fence = [], None
    for offset, line in enumerate(markdown.splitlines()):
        if mark := FENCE.match(line):
            if fence is None:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = None
        elif fence is None and (heading := HEADING.match(line)):
            found.append((offset, len(heading[1]), heading[2]))
    return found


def anchor(heading: str) -> str:
    """The anchor that JupyterLab, nbconvert (so nbviewer) and GitHub give a heading.

    >>> anchor("Why does `momentum` help?")
    'Why-does-momentum-help?'
    """
    text = re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", heading)
    return quote(text.replace(" ", "-"), safe="?/:@!$&'()*+,;=")


def name_cells(notebook: NotebookNode) -> None:
    """Ids that depend on nothing but the text, so that an edit changes the ids of the edited cells only."""
    seen = Counter()
    for cell in notebook.cells:
        if exercise := exercise_of(cell):
            cell["id"] = "exercise-" + exercise.replace(".", "-")
            continue
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[name] += 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"


def exercise_of(cell) -> str | None:
    """The id of the exercise that a cell was made for."""
    return cell.metadata.get("optimlab", {}).get("exercise")
