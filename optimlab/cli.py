"""The command line: `python -m optimlab build` for authors, `python -m optimlab check` for learners.

Exit codes: 0 nothing is wrong (passed, or not attempted yet), 1 something is wrong, 2 the command could not
be carried out.
"""

import argparse
import contextlib
import importlib
import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

import optimlab


class CommandError(Exception):
    """A command that cannot be carried out, in one sentence."""


def main(argv=None) -> int:
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="optimlab", description="Deep-learning optimizers: the command line.")
    top.add_argument("--version", action="version", version=f"optimlab {optimlab.__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("build", help="run the lessons' sources and write their notebooks")
    command.add_argument("lessons", nargs="*", metavar="NN", help="two digits, as 04; all when there is none")
    command.add_argument("--check", action="store_true", help="build nothing, name what is out of date")
    command.set_defaults(run=run_build)

    command = commands.add_parser("check", help="run your notebooks and say what became of each exercise")
    which = "as 04 or work/04_momentum.ipynb; all of work/ when there is none"
    command.add_argument("notebooks", nargs="*", metavar="NN|PATH", help=which)
    command.add_argument("--json", action="store_true", help="print the results as JSON")
    command.set_defaults(run=run_check)

    command = commands.add_parser("compare", help="run the study in a TOML file and write its report")
    command.add_argument("study", metavar="STUDY.toml")
    command.add_argument("--workers", type=int, metavar="N", help="processes; one for each core if left out")
    command.add_argument("--scheduler", metavar="ADDRESS", help="send the runs to a Dask scheduler")
    command.add_argument("--report", metavar="PATH", help="where to write the report: .html or .md")
    command.add_argument("--quiet", action="store_true", help="show no progress")
    command.set_defaults(run=run_compare)
    return top


def run_build(arguments) -> int:
    from optimlab.authoring import LessonError, build, stale

    lessons = course_folder() / "lessons"
    try:
        if arguments.check:
            sentences = [s for s in stale(lessons) if not arguments.lessons or s[:2] in arguments.lessons]
            print("\n".join(sentences) or "Every notebook is what its source says.")
            return 1 if sentences else 0
        failed = False
        for source in chosen(arguments.lessons, lessons / "source", ".md"):
            try:
                notebook, seconds = build(source)
                print(f"{notebook.name}: {seconds:.1f} s, {notebook.stat().st_size:,} bytes", flush=True)
            except LessonError as error:
                print(error, file=sys.stderr, flush=True)
                failed = True
        return 1 if failed else 0
    except LessonError as error:
        raise CommandError(error) from None


def run_check(arguments) -> int:
    from optimlab.authoring import CheckError, check_notebook

    paths = [Path(name) for name in arguments.notebooks if not number(name)]
    if not paths or any(map(number, arguments.notebooks)):
        numbers = [name for name in arguments.notebooks if number(name)]
        paths += chosen(numbers, course_folder() / "work", ".ipynb")
    code, report = 0, []
    for path in paths:
        try:
            results = check_notebook(path)
        except CheckError as error:
            print(error, file=sys.stderr, flush=True)
            code = 2
            continue
        code = max(code, 0 if all(result.fine for result in results) else 1)
        if arguments.json:
            report += [{"notebook": str(path), **asdict(result)} for result in results]
        else:
            print_results(path, results)
    if arguments.json:
        print(json.dumps(report, indent=2))
    return code


def run_compare(arguments) -> int:
    from optimlab.compare.toml import load

    try:
        plan = load(arguments.study)
        store = plan.store or Path(arguments.study).with_suffix(".jsonl")
        report = Path(arguments.report) if arguments.report else plan.report
        if report is not None and report.suffix not in (".html", ".md"):
            raise CommandError(f"report: a name that ends in .html or .md is needed, got {report.name!r}")
        with executor_at(arguments.scheduler) as executor:
            result = plan.study.run(store, executor=executor, workers=arguments.workers,
                                    progress=not arguments.quiet)
        for problem in plan.study.problems:
            print(f"\n{problem}\n{result.table(problem)}")
        for sentence in result.warnings:
            print(f"Note: {sentence}.")
        print(f"The runs are kept in {store}.")
        if report is not None:
            print(f"The report is {result.report(report)}.")
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise CommandError(error) from None
    return 0


@contextlib.contextmanager
def executor_at(address):
    """The executor of a Dask scheduler; None without an address."""
    if address is None:
        yield None
        return
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise CommandError("--scheduler needs Dask: pip install distributed") from None
    with distributed.Client(address, timeout=10) as client:
        yield client.get_executor()


def print_results(path, results) -> None:
    exercises = [result for result in results if result.exercise]
    passed = sum(result.status.startswith("passed") for result in exercises)
    print(f"{path.name}: {passed} of {len(exercises)} passed")
    for result in results:
        print("  " + result.line, flush=True)


def number(name: str) -> bool:
    return re.fullmatch(r"\d\d", name) is not None


def chosen(numbers, folder: Path, suffix: str) -> list[Path]:
    """The files of a folder, or those with the given two-digit numbers."""
    files = sorted(folder.glob(f"[0-9][0-9]_*{suffix}"))
    if not files:
        raise CommandError(f"There is no {folder.name}/NN_name{suffix} in {folder.parent}.")
    for wanted in numbers:
        if not any(file.name.startswith(wanted + "_") for file in files):
            have = ", ".join(file.name[:2] for file in files)
            raise CommandError(f"There is no lesson {wanted!r} in {folder.name}/; there is {have}.")
    return [file for file in files if not numbers or file.name[:2] in numbers]


def course_folder() -> Path:
    """The folder of the course: the nearest one, from here upwards, that holds lessons/."""
    for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[1]):
        if (folder / "lessons").is_dir():
            return folder
    raise CommandError("There is no lessons/ folder here or above; run this in the folder of the course.")
