"""A study written down in a file: STUDY.toml says what compare.Study says.

    name = "digits"
    problem = "digits mlp"              # or problems = ["valley", { use = "digits mlp", epochs = 5 }]
    seeds = 5
    finals = 5
    store = "digits.jsonl"              # where finished runs are kept, beside this file
    report = "digits.html"              # or .md

    [optimizers]
    SGD = { lrs = [1e-3, 10, 12] }
    heavy = { use = "SGD", lrs = [1e-4, 1, 12], with = { momentum = 0.9 } }
    Adam = { quasi_random = { n = 12, lr = [1e-4, 1], eps = [1e-8, 1e-2] } }
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from optimlab.compare.problems import named
from optimlab.compare.space import defaults, grid, lrs, quasi_random
from optimlab.compare.study import Study

TOP = ("name", "problem", "problems", "seeds", "finals", "equal", "store", "report", "optimizers")
KINDS = ("lrs", "grid", "quasi_random", "defaults")


@dataclass
class Plan:
    """A Study with the files that belong to it: store and report are Paths, or None where none is named."""

    study: Study
    store: Path | None = None
    report: Path | None = None
    source: Path = field(default=None, repr=False)


def load(path):
    """Read a study from a file.

    Raises:
        FileNotFoundError: no such file.
        ValueError, TypeError: no TOML, or a study that cannot be; the sentence names the file.

    >>> import tempfile
    >>> lines = ['problem = "valley"', "[optimizers]", "SGD = { lrs = [0.001, 0.1, 5] }",
    ...          "Adam = { lrs = [0.01, 1, 5] }"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "study.toml"
    ...     _ = file.write_text(chr(10).join(lines))
    ...     load(file).study
    Study(1 problem, 2 optimizers of 5 settings, 5 seeds: 50 runs and 10 final ones)
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"study: there is no file {str(path)!r}")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"study: {path.name!r} is not TOML: {error}") from None
    for name in content:
        if name not in TOP:
            raise ValueError(f"study: {path.name!r} has {name!r}; known are {', '.join(TOP)}")
    try:
        study = Study(_problems(content), _optimizers(content.get("optimizers")),
                      name=content.get("name", path.stem),
                      **{key: content[key] for key in ("seeds", "finals", "equal") if key in content})
    except (ValueError, TypeError) as error:
        raise type(error)(f"study: {path.name!r}: {error}") from None
    beside = {key: path.parent / content[key] for key in ("store", "report") if key in content}
    return Plan(study, source=path, **beside)


def _problems(content):
    if ("problem" in content) == ("problems" in content):
        raise ValueError('either problem = "..." or problems = [...] is needed')
    listed = content.get("problems", [content.get("problem")])
    return [_problem(one) for one in listed]


def _problem(one):
    """A problem's name, or a table { use = name, epochs = 5, ... }."""
    if isinstance(one, str):
        return named(one)
    if not isinstance(one, dict) or "use" not in one:
        raise ValueError(f'problem: a name or a table {{ use = "digits mlp", ... }} is needed, got {one!r}')
    changes = {name: value for name, value in one.items() if name != "use"}
    try:
        return named(one["use"], **changes)
    except TypeError as error:
        raise ValueError(f"problem: {one['use']!r}: {error}") from None


def _optimizers(tables):
    if not isinstance(tables, dict) or not tables:
        raise ValueError("a table [optimizers] is needed, with a line for each: "
                         "Adam = { lrs = [1e-4, 1, 12] }")
    return {name: _optimizer(name, table) for name, table in tables.items()}


def _optimizer(name, table):
    """(optimizer, Space) from one line, as { lrs = [low, high, n] } or { quasi_random = {n = ..., ...} }."""
    kinds = [kind for kind in KINDS if isinstance(table, dict) and kind in table]
    if len(kinds) != 1:
        raise ValueError(f"optimizers: {name!r} needs one of {', '.join(KINDS)}, got {table!r}")
    unknown = set(table) - {*KINDS, "use", "with"}
    if unknown:
        raise ValueError(f"optimizers: {name!r} has {min(unknown)!r}; known are {', '.join(KINDS)}, use, "
                         "with")
    space = _space(name, kinds[0], table[kinds[0]])
    fixed = {key: [tuple(value) if isinstance(value, list) else value]
             for key, value in table.get("with", {}).items()}
    return table.get("use", name), space * fixed if fixed else space


def _space(name, kind, given):
    if kind == "lrs":
        if not isinstance(given, list) or len(given) != 3:
            raise ValueError(f"optimizers: {name!r} needs lrs = [low, high, n], got {given!r}")
        return lrs(*given)
    if not isinstance(given, dict):
        raise ValueError(f"optimizers: {name!r} needs a table for {kind}, got {given!r}")
    if kind == "quasi_random":
        if "n" not in given:
            raise ValueError(f"optimizers: {name!r} needs n, how many settings, in quasi_random")
        return quasi_random(**given)
    return {"grid": grid, "defaults": defaults}[kind](**given)
