"""Reading a submission: its cells, and of these what each answer needs. Nothing of it runs here."""

import ast
import builtins
import json
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MOST_MEGABYTES = 20
MOST_CHARACTERS = 200_000  # in one cell
KNOWN = {*dir(builtins), "np"}


class Unreadable(ValueError):
    """A file that is no submission, in one sentence."""


@dataclass
class Cell:
    """A code cell: its number among all cells, its text, tree (None if there is none), exercise, outputs."""

    number: int
    source: str
    tree: ast.Module | None
    error: str
    exercise: str | None
    outputs: list = field(repr=False)


@dataclass
class Submission:
    """A notebook that was handed in: its lesson and edition as it says itself, and its code cells."""

    path: Path
    lesson: str | None
    edition: str | None
    cells: list[Cell]

    def cell_of(self, id) -> Cell | None:
        """The cell that was made for an exercise, or, if that is gone, the last one that checks it."""
        own = [cell for cell in self.cells if cell.exercise == id]
        checking = [cell for cell in self.cells if any(check.id == id for check in checks(cell))]
        return own[0] if own else checking[-1] if checking else None


@dataclass(frozen=True)
class Check:
    """A call of check in a cell: the exercise, the name of the answer, and the call as text."""

    id: str
    name: str | None
    text: str


@dataclass(frozen=True)
class Answer:
    """The source that an answer needs, and the function's own definition; `node` is None for a value."""

    name: str
    source: str
    node: ast.FunctionDef | None


def read(path) -> Submission:
    """Read a notebook that somebody handed in. Raises Unreadable."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MOST_MEGABYTES * 1_000_000:
            raise Unreadable(f"it has {size / 1e6:.0f} MB; {MOST_MEGABYTES} MB is the most that is read")
        raw = json.loads(path.read_text(encoding="utf-8"))
        metadata = raw.get("metadata") or {}
        cells = [_cell(number, cell) for number, cell in enumerate(raw["cells"], start=1)
                 if cell["cell_type"] == "code"]
        about = metadata.get("optimlab") or {}
        return Submission(path, about.get("lesson"), about.get("edition"), cells)
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable("it is not a notebook: it is not text") from None
    except (json.JSONDecodeError, RecursionError):
        raise Unreadable("it is not a notebook: it is not JSON, as if it had been saved half-way") from None
    except (AttributeError, KeyError, TypeError):
        raise Unreadable("it is JSON, but not a notebook") from None


def _cell(number, raw) -> Cell:
    source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
    exercise = ((raw.get("metadata") or {}).get("optimlab") or {}).get("exercise")
    if exercise is None and (found := re.fullmatch(r"exercise-(\d\d)-(\d+)", str(raw.get("id")))):
        exercise = f"{found[1]}.{found[2]}"
    tree, error = None, ""
    if len(source) > MOST_CHARACTERS:
        error = f"it has {len(source):,} characters"
    else:
        plain = re.sub(r"(?m)^(\s*)[%!?].*$", r"\1pass", source)
        try:
            tree = ast.parse(plain)
        except SyntaxError as failure:
            error = f"line {failure.lineno}: {failure.msg}"
        except (ValueError, RecursionError, MemoryError) as failure:
            error = f"Python cannot read it ({type(failure).__name__})"
    outputs = raw.get("outputs")
    return Cell(number, source, tree, error, exercise, outputs if isinstance(outputs, list) else [])


def checks(cell) -> Iterator[Check]:
    """The calls of check("NN.k", ...) in a cell, or of points(...), as nbgrader's cells have it."""
    for node in ast.walk(cell.tree) if cell.tree else ():
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            if getattr(node.func, "id", getattr(node.func, "attr", None)) in ("check", "points"):
                answer = node.args[1] if len(node.args) > 1 else None
                name = answer.id if isinstance(answer, ast.Name) else None
                yield Check(str(node.args[0].value), name, ast.unparse(node))


def answer_to(submission, exercise) -> Answer | None:
    """What the notebook defines for an exercise, with the definitions, imports and constants that it uses.

    The definition in the exercise's own cell counts, and else the last one in the notebook.
    """
    statements = [(cell, node) for cell in submission.cells for node in (cell.tree.body if cell.tree else ())]
    own = submission.cell_of(exercise.id)
    names = [exercise.name]
    if own is not None:
        names += [check.name for check in checks(own) if check.id == exercise.id and check.name]
    for name in names:
        bound = [(cell, node) for cell, node in statements if name in _bound(node)]
        if bound:
            _, node = next((pair for pair in reversed(bound) if pair[0] is own), bound[-1])
            return Answer(name, _needed(node, name, [node for _, node in statements]),
                          node if isinstance(node, ast.FunctionDef) else None)
    return None


def _needed(answer, name, statements) -> str:
    """The text of a statement after all those that it needs, in their order."""
    keep, todo, seen = {id(answer)}, [answer], {name}
    while todo:
        for used in _used(todo.pop()) - seen - (KNOWN - {"np"}):
            seen.add(used)
            for node in statements:
                if used in _bound(node) and id(node) not in keep:
                    keep.add(id(node))
                    todo.append(node)
    texts = [_from_everything(node, seen) for node in statements]
    texts += [_text(node, seen) for node in statements if id(node) in keep and node is not answer]
    return "\n\n".join(filter(None, [*texts, ast.unparse(answer)])) + "\n"


def _text(node, names) -> str:
    """A statement as text; of an import only the names that are needed."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        wanted = [alias for alias in node.names if (alias.asname or alias.name).split(".")[0] in names]
        words = {"module": node.module, "level": node.level} if isinstance(node, ast.ImportFrom) else {}
        node = type(node)(names=wanted, **words)
    return ast.unparse(node)


def _from_everything(node, names) -> str:
    """What `from module import *` stands for: those of the names that the module has."""
    if not isinstance(node, ast.ImportFrom) or node.names[0].name != "*":
        return ""
    each = "try:\n    from {} import {}\nexcept ImportError:\n    pass"
    return "\n".join(each.format(node.module, name) for name in sorted(names - {"check", "ready"}))


def _bound(node) -> set[str]:
    """The names that a statement defines, if it is one that an answer may need."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {part.id for target in targets for part in ast.walk(target)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return set()


def _used(node) -> set[str]:
    """The names that a statement takes from the notebook; those that live within a function are not."""
    try:
        top = symtable.symtable(ast.unparse(node), "<answer>", "exec")
    except SyntaxError:  # such as two arguments of one name; running it will say so
        return set()
    found, todo = {one.get_name() for one in top.get_symbols() if one.is_referenced()}, top.get_children()
    while todo:
        table = todo.pop()
        found |= {one.get_name() for one in table.get_symbols() if one.is_global() and one.is_referenced()}
        todo += table.get_children()
    return found


def skeleton(node):
    """A function with the signature and body of `node`, to look at and not to call: nothing of it has run."""
    bare = ast.parse(ast.unparse(node)).body[0]
    bare.decorator_list, bare.returns = [], None
    given = bare.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    for argument in every:
        if argument is not None:
            argument.annotation = None
    bare.args.defaults = [ast.Constant(None) for _ in bare.args.defaults]
    bare.args.kw_defaults = [None if one is None else ast.Constant(None) for one in bare.args.kw_defaults]
    module = ast.fix_missing_locations(ast.Module([bare], []))
    space = {"__builtins__": {}}
    exec(compile(module, "<skeleton>", "exec"), space)
    return space[bare.name]
