"""Judging the notebook that a learner saved: nbval runs it against the reference verdicts."""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from nbformat import v4

from optimlab.authoring.answers import judged
from optimlab.authoring.build import kernel_environment, warm_fonts

SANITIZE = Path(__file__).with_name("sanitize.cfg")
FINE = ("passed with another convention", "passed", "not attempted")
FIRST_LINE = re.compile(rf"\d\d\.\d+ ({'|'.join(FINE)}|mistake|wrong|error)\b.*")


class CheckError(ValueError):
    """A file that cannot be judged, in one sentence."""


@dataclass(frozen=True)
class Result:
    """What became of one exercise, or, when `exercise` is None, of a cell that failed.

    `status` is a check's; `line` is the first line of its verdict and `detail` the rest of it.
    """

    exercise: str | None
    status: str
    line: str
    detail: str = ""

    @property
    def fine(self) -> bool:
        return self.status in FINE


def check_notebook(path, registry=None, cell_seconds=60) -> list[Result]:
    """Run a learner's notebook under nbval: one Result for each exercise and each failed cell.

    The file is read, never written; its cells run in its folder, each for at most `cell_seconds`, and nothing
    is recorded as progress. Raises CheckError when the file cannot be judged.
    """
    path = Path(path)
    notebook = read_notebook(path)
    notebook.cells.insert(0, v4.new_code_cell(f"import os\nos.chdir({str(path.resolve().parent)!r})"))
    reference, judges = judged(notebook, registry)
    if not judges:
        raise CheckError(f"{path} has no exercises of this course: none of its cells calls check(...).")
    outcomes = run_nbval(reference, path.stem, cell_seconds)
    failures = {
        index: failure(reference.cells[index], outcome["error"], cell_seconds)
        for index, outcome in outcomes.items()
        if not outcome["passed"] and outcome["error"] != "Kernel dead on test start"
    }
    found, told = {}, set()
    for judge in judges:
        result = verdict(judge, outcomes[judge.cell], failures)
        told |= {judge.cell, judge.answer} if result.status == "error" else {judge.cell}
        if judge.exercise not in found or result.status != "not attempted":  # the last attempt is what counts
            found[judge.exercise] = result
    others = [Result(None, "error", line) for index, line in failures.items() if index not in told]
    return [found[id] for id in sorted(found)] + others


def read_notebook(path: Path):
    if path.suffix != ".ipynb":
        raise CheckError(f"{path} is not a notebook: its name does not end in .ipynb.")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CheckError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CheckError(f"{path} is not a notebook: it is not text.") from None
    if not text.strip():
        raise CheckError(f"{path} is empty; take a fresh copy of the lesson.")
    try:
        raw = json.loads(text)
    except ValueError:
        raise CheckError(f"{path} is damaged: it is not JSON, as if it had been saved half-way.") from None
    try:
        for part in (raw, *raw["cells"]):
            if not isinstance(part.setdefault("metadata", {}).get("optimlab", {}), dict):
                raise TypeError
        notebook = v4.reads(json.dumps(raw))  # nbformat.reads would complain about what other editors write
        if all(isinstance(cell.source, str) and cell.cell_type for cell in notebook.cells):
            return notebook
    except (AttributeError, KeyError, TypeError):
        pass
    raise CheckError(f"{path} is JSON but not a notebook.")


def run_nbval(notebook, name, cell_seconds) -> dict[int, dict]:
    """Run nbval apart from the caller's pytest settings; cell index -> what happened there."""
    for module in ("pytest", "nbval", "ipykernel"):
        if find_spec(module) is None:
            raise CheckError(f"Checking needs {module}: python -m pip install {module}")
    warm_fonts()
    code_cells = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    with tempfile.TemporaryDirectory() as scratch:
        copy, settings, report = (Path(scratch, f) for f in (f"{name}.ipynb", "pytest.ini", "outcomes.json"))
        copy.write_text(v4.writes(notebook), encoding="utf-8")
        settings.write_text("[pytest]\n")
        environment = kernel_environment(scratch)
        environment.pop("PYTEST_ADDOPTS", None)
        environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OPTIMLAB_OUTCOMES": str(report)}
        command = [
            sys.executable, "-m", "pytest", "-c", str(settings), "--noconftest", "-p", "no:cacheprovider",
            "-p", "nbval.plugin", "-p", "optimlab.authoring.outcomes", "--nbval", "--nbval-current-env",
            f"--nbval-sanitize-with={SANITIZE}", f"--nbval-cell-timeout={cell_seconds}", str(copy),
        ]
        limit = 120 + len(code_cells) * (cell_seconds + 15)
        try:
            done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, timeout=limit)
        except subprocess.TimeoutExpired:
            raise CheckError(f"{name}.ipynb was not judged: it ran longer than {limit:.0f} s.") from None
        outcomes = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    if len(outcomes) < len(code_cells):
        last = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()[-1:]
        raise CheckError(f"{name}.ipynb was not judged: nbval stopped with {' '.join(last)!r}.")
    return {code_cells[int(number)]: outcome for number, outcome in outcomes.items()}


def failure(cell, error, cell_seconds) -> str:
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    place = f"the cell that starts with {first!r}"
    if "Failed to interrupt" in error:
        return f"{place} ended its kernel, or ran longer than {cell_seconds:g} s and could not be stopped"
    if error.startswith("Timeout"):
        return f"{place} ran longer than {cell_seconds:g} s and was stopped"
    return f"{place} failed: {error}"


def verdict(judge, outcome, failures) -> Result:
    id = judge.exercise
    text = next((o["data"]["text/plain"] for o in outcome["outputs"] if "data" in o), "")
    if match := FIRST_LINE.match(text):
        line, _, detail = text.partition("\n")
        status = match[1]
        if outcome["passed"] == status.startswith("passed"):
            return Result(id, status, line, detail.strip())
        disagree = f"{id} error: nbval and the check disagree on {line!r}"
        return Result(id, "error", disagree, outcome["error"] or "")
    if judge.answer in failures:
        return Result(id, "error", f"{id} error: {failures[judge.answer]}")
    if outcome["error"] == "Kernel dead on test start":
        return Result(id, "error", f"{id} error: not judged, because the kernel had stopped before")
    if any(o.get("ename") == "NameError" for o in outcome["outputs"]):
        gone = "Its cell is not in the notebook any more, or it is empty."
        return Result(id, "not attempted", f"{id} not attempted", gone)
    return Result(id, "error", f"{id} error: {failures[judge.cell]}")
