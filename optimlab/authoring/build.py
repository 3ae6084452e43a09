"""Building a lesson: expand the source, run it, keep what is the same in every run, write the notebook."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from optimlab.authoring import rules
from optimlab.authoring.source import Lesson, LessonError, read_lesson

PACKAGE_ROOT = Path(__file__).resolve().parents[2]


def build(source, registry=None) -> tuple[Path, float]:
    """Run a lesson's source and write its notebook beside the source's folder.

    Returns the notebook's path and the seconds its cells took. Raises LessonError, and writes nothing, when
    the lesson breaks a rule.
    """
    lesson = read_lesson(source, registry)
    refuse(lesson, rules.text_problems(lesson.notebook))
    target = notebook_path(lesson.path)
    seconds = run(lesson, target.parent)
    refuse(lesson, rules.output_problems(lesson.notebook))
    data = to_bytes(lesson.notebook)
    if len(data) > rules.MAX_BYTES:
        index = max(range(len(lesson.lines)), key=lambda i: len(str(lesson.notebook.cells[i])))
        raise LessonError(
            f"{lesson.place(index)}: the notebook has {len(data):,} bytes, {rules.MAX_BYTES:,} is the most, "
            "and this cell is the largest."
        )
    scratch = target.with_suffix(".ipynb.part")
    scratch.write_bytes(data)
    os.replace(scratch, target)
    return target, seconds


def notebook_path(source: Path) -> Path:
    return source.parent.parent / (source.stem + ".ipynb")


def refuse(lesson: Lesson, problems) -> None:
    sentences = [f"{lesson.place(cell, offset)}: {sentence}" for cell, offset, sentence in problems]
    if sentences:
        raise LessonError("\n".join(sentences))


def run(lesson: Lesson, folder: Path) -> float:
    """Run the cells in a fresh kernel of this Python, fill in their outputs, return the seconds they took."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    warm_fonts()
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())
    client = NotebookClient(
        lesson.notebook, km=manager, resources={"metadata": {"path": str(folder)}}, record_timing=False
    )
    with tempfile.TemporaryDirectory() as scratch, client.setup_kernel(
        env=kernel_environment(scratch), stderr=subprocess.DEVNULL, cleanup_kc=True
    ):
        start = time.perf_counter()
        for index, cell in enumerate(lesson.notebook.cells):
            client.timeout = max(1, round(rules.MAX_SECONDS - (time.perf_counter() - start)))
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise LessonError(
                    f"{lesson.place(index)}: the cell raises {error.ename}: {error.evalue}\n\n{cell.source}"
                ) from None
            except (CellTimeoutError, DeadKernelError):
                limit = f"the lesson passed {rules.MAX_SECONDS} s in this cell, or its kernel died."
                raise LessonError(f"{lesson.place(index)}: {limit}") from None
            tidy(cell)
        seconds = time.perf_counter() - start
    return seconds


def tidy(cell) -> None:
    """Take from the outputs what depends on the run: widgets' model ids, and where printed text was cut."""
    tidied = []
    for output in cell.get("outputs", []):
        output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        last = tidied[-1] if tidied else {}
        if output.output_type == "stream" and output.name == last.get("name"):
            last.text += output.text
        else:
            tidied.append(output)
    if cell.cell_type == "code":
        cell.outputs = tidied


def to_bytes(notebook) -> bytes:
    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()


class ThisPython(KernelSpecManager):
    """Finds the kernel of the running Python, whatever kernels the machine has under the name python3."""

    def get_kernel_spec(self, kernel_name):
        from ipykernel.kernelspec import RESOURCES, get_kernel_dict

        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def kernel_environment(scratch) -> dict[str, str]:
    """For a kernel that imports this optimlab, records progress in scratch and draws inline."""
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment["OPTIMLAB_PROGRESS"] = str(Path(scratch, "progress.json"))
    paths = [str(PACKAGE_ROOT), os.environ.get("PYTHONPATH")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return environment


def warm_fonts() -> None:
    """Let matplotlib write its font cache now, because it may log a warning while it does."""
    import matplotlib.font_manager  # noqa: F401


def stale(folder="lessons", registry=None) -> list[str]:
    """One sentence for each notebook of the folder that is not what its source says; nothing is run."""
    folder = Path(folder)
    sentences = []
    sources = sorted(Path(folder, "source").glob("*.md"))
    for source in sources:
        target = notebook_path(source)
        again = f"python -m optimlab build {source.name[:2]}"
        if not target.exists():
            sentences.append(f"{target.name} is missing: {again}")
            continue
        lesson = read_lesson(source, registry)
        try:
            stored = nbformat.read(target, as_version=4)
        except ValueError:
            sentences.append(f"{target.name} is damaged: {again}")
            continue
        if stored.metadata.get("optimlab") != lesson.notebook.metadata.optimlab:
            sentences.append(f"{target.name} was built from another text than {source.name}: {again}")
        elif [outline(cell) for cell in stored.cells] != [outline(cell) for cell in lesson.notebook.cells]:
            sentences.append(f"{target.name} has other cells than {source.name} expands to: {again}")
    for target in sorted(folder.glob("*.ipynb")):
        if not Path(folder, "source", target.stem + ".md").exists():
            sentences.append(f"{target.name} has no source/{target.stem}.md: restore it or delete this")
    return sentences


def outline(cell) -> tuple:
    return cell.cell_type, cell.get("id"), cell.source, cell.metadata
