"""The command line: `optimlab` (or `python -m optimlab`) and a command.

For learners: next, progress, check, hint, solution, reset, compare. For authors: mistakes, build. For
teachers: release, grade, slides, handout.

Exit codes: 0 nothing is wrong (passed, or not attempted yet), 1 something is wrong or still closed, 2 the
command could not be carried out, 130 it was stopped by Ctrl-C.
"""

import argparse
import contextlib
import importlib
import json
import os
import re
import shutil
import sys
import warnings
from dataclasses import asdict
from pathlib import Path

import optimlab
from optimlab import standing
from optimlab.waiting import Bar

PLAIN = {"\N{CHECK MARK}": "+", "\N{BLACK RIGHT-POINTING TRIANGLE}": ">", "\N{BALLOT X}": "x",
         "\N{WHITE CIRCLE}": ".", "\N{RIGHTWARDS ARROW}": "s"}


class CommandError(Exception):
    """A command that cannot be carried out, in one sentence."""


def main(argv=None) -> int:
    arguments = parser().parse_args(argv)
    try:
        find_progress()
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

    def add(name, run, help, json=True):
        command = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
        command.set_defaults(run=run)
        if json:
            command.add_argument("--json", action="store_true", help="print JSON, for scripts")
        return command

    add("next", run_next, "say the one thing to do next")

    command = add("progress", run_progress, "show what is done, in every lesson and exercise")
    command.add_argument("lesson", nargs="?", metavar="NN", help="one lesson in full, as 04")
    carry = command.add_mutually_exclusive_group()
    carry.add_argument("--export", nargs="?", const="", metavar="FILE",
                       help="print everything as one line to paste elsewhere, or write it to FILE")
    carry.add_argument("--restore", metavar="FILE|LINE", help="take in what --export gave")

    command = add("check", run_check, "run your notebooks and say what became of each exercise")
    which = "as 04 or work/04_momentum.ipynb; all of work/ when there is none"
    command.add_argument("notebooks", nargs="*", metavar="NN|PATH", help=which)
    command = add("hint", run_hint, "give the next hint of an exercise")
    command.add_argument("exercise", metavar="NN.N", help="as 04.1")
    command.add_argument("rung", nargs="?", type=int, metavar="N", help="1 to 4: one that was opened before")

    command = add("solution", run_solution, "show the solution of an exercise, once it is open")
    command.add_argument("exercise", metavar="NN.N", help="as 04.1")
    command.add_argument("--yes", action="store_true", help="do not ask whether you are sure")

    command = add("reset", run_reset, "start a lesson afresh; your notebook and answers are kept as copies")
    command.add_argument("lesson", metavar="NN", help="as 04")

    command = add("mistakes", run_mistakes, "count the mistakes that each exercise knows by name")
    command.add_argument("lesson", nargs="?", metavar="NN", help="one lesson, as 04")
    command.add_argument("--quick", action="store_true", help="do not run the mutants (about two minutes)")

    command = add("build", run_build, "run the lessons' sources and write their notebooks", json=False)
    command.add_argument("lessons", nargs="*", metavar="NN", help="two digits, as 04; all when there is none")
    command.add_argument("--check", action="store_true", help="build nothing, name what is out of date")

    command = add("slides", run_slides, "make slides of the lessons, as HTML for Reveal", json=False)
    command.add_argument("lessons", nargs="*", metavar="NN", help="two digits, as 04; all when there is none")
    command.add_argument("--to", metavar="FOLDER", help="the folder to write into (default: build/slides)")
    command.add_argument("--reveal", metavar="ADDRESS|FOLDER",
                         help="where reveal.js is; a folder of it is copied beside the slides, so that they "
                         "need no network")

    command = add("handout", run_handout, "make hand-outs of the lessons, as PDF", json=False)
    command.add_argument("lessons", nargs="*", metavar="NN", help="two digits, as 04; all when there is none")
    command.add_argument("--to", metavar="FOLDER", help="the folder to write into (default: build/handouts)")
    command.add_argument("--html", action="store_true", help="write HTML; this needs no browser")

    command = add("release", run_release, "write a class's edition of the lessons and its key", json=False)
    command.add_argument("lessons", nargs="*", metavar="NN", help="two digits, as 04; all when there is none")
    add_edition(command)
    command.add_argument("--to", metavar="FOLDER", help="a new folder; named for the edition when left out")
    command.add_argument("--nbgrader", action="store_true", help="write nbgrader's source folder instead")
    command.add_argument("--points", type=positive, default=1.0, metavar="N", help="for each exercise (1)")

    command = add("grade", run_grade, "grade the notebooks in a folder, each in a process of its own")
    command.add_argument("folder", metavar="FOLDER", help="what your course's system lets you download")
    add_edition(command)
    command.add_argument("--lesson", metavar="NN", help="the lesson that was asked for; any when left out")
    command.add_argument("--csv", metavar="FILE", help="write the grades for Moodle or Canvas")
    command.add_argument("--for", dest="system", choices=("moodle", "canvas"), default="moodle",
                         help="whose import the CSV is for (moodle)")
    command.add_argument("--roster", metavar="FILE", help="a CSV of the students, exported there")
    command.add_argument("--feedback", metavar="FOLDER", help="write a page for each student")
    command.add_argument("--points", type=positive, default=1.0, metavar="N", help="for each exercise (1)")
    command.add_argument("--part", type=fraction, default=0.5, metavar="SHARE",
                         help="of the points for one known mistake (0.5); 0 for no part credit")
    command.add_argument("--seconds", type=positive, default=10.0, metavar="N", help="for one answer (10)")
    command.add_argument("--megabytes", type=int, default=2000, metavar="N", help="for one submission (2000)")
    command.add_argument("--workers", type=int, metavar="N", help="processes; one for each core if left out")

    command = add("compare", run_compare, "run the study in a TOML file and write its report", json=False)
    command.add_argument("study", metavar="STUDY.toml")
    command.add_argument("--workers", type=int, metavar="N", help="processes; one for each core if left out")
    command.add_argument("--scheduler", metavar="ADDRESS", help="send the runs to a Dask scheduler")
    command.add_argument("--report", metavar="PATH", help="where to write the report: .html or .md")
    command.add_argument("--quiet", action="store_true", help="show no progress")
    return top


def add_edition(command) -> None:
    command.add_argument("--edition", metavar="NAME", help="such as class; needs --seed")
    command.add_argument("--seed", type=int, metavar="N", help="a whole number from 0 on, yours alone")


def positive(text) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"a number above 0 is needed, got {text}")
    return number


def fraction(text) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"a number from 0 to 1 is needed, got {text}")
    return number


def edition_of(arguments):
    """"class-7" for --edition class --seed 7; None without both."""
    if arguments.edition is None and arguments.seed is None:
        return None
    if arguments.edition is None or arguments.seed is None:
        raise CommandError("--edition and --seed go together: --edition class --seed 7")
    from optimlab.exercises import editions

    try:
        return editions.edition(f"{arguments.edition}-{arguments.seed}")
    except ValueError as error:
        raise CommandError(error) from None


def run_release(arguments) -> int:
    from optimlab.authoring import LessonError, nbgrader, release

    edition = edition_of(arguments)
    lessons = chosen(arguments.lessons, course_folder() / "lessons", ".ipynb")
    try:
        if arguments.nbgrader:
            target = Path(arguments.to or "nbgrader")
            for path in nbgrader.export(lessons, target, edition, arguments.points):
                print(path)
            print(f"Now: cd {target}; nbgrader generate_assignment {lessons[0].name[:2]}")
            return 0
        if edition is None:
            raise CommandError("release: which edition? --edition class --seed 7")
        target = Path(arguments.to or str(edition))
        release(lessons, edition.name, edition.seed, target)
    except (LessonError, OSError) as error:
        raise CommandError(error) from None
    print(f"For the students: {target / 'lessons'}")
    print(f"For you alone: {target / 'key'}")
    numbers = {path.name[:2] for path in lessons}
    plain = [id for id, one in edition.registry.items() if one.lesson in numbers and id not in edition.varied]
    if plain:
        print(f"As published, because there is nothing in it to vary: {', '.join(plain)}")
    print(f"To grade: optimlab grade FOLDER --edition {edition.name} --seed {edition.seed} --csv grades.csv")
    return 0


def run_grade(arguments) -> int:
    from optimlab.grading import grade_folder, report

    edition, done = edition_of(arguments), []
    if arguments.lesson and not number(arguments.lesson):
        raise CommandError(f"--lesson: two digits are needed, as 04, got {arguments.lesson!r}")
    if arguments.workers is not None and arguments.workers < 1:
        raise CommandError(f"--workers: 1 or more is needed, got {arguments.workers}")
    try:
        if arguments.roster:
            open(arguments.roster, encoding="utf-8").close()
        with Bar(1) as bar:
            bar.total = max(1, len(batch_of(arguments.folder)))

            def told(graded):
                done.append(graded)
                bar.begin(graded.student)

            graded = grade_folder(
                arguments.folder, arguments.workers, told, lesson=arguments.lesson,
                edition=edition and str(edition), seconds=arguments.seconds, megabytes=arguments.megabytes,
                part=arguments.part, most=arguments.points)
        if not graded:
            raise CommandError(f"{arguments.folder} holds no notebooks")
        notes = []
        if arguments.csv:
            notes = report.write_csv(arguments.csv, graded, arguments.system, arguments.roster,
                                     arguments.points)
        if arguments.feedback:
            report.write_feedback(arguments.feedback, graded)
    except (OSError, ValueError) as error:
        raise CommandError(error) from None
    if arguments.json:
        say([asdict(one) | {"points": one.points} for one in graded], True)
    else:
        say(report.summary(graded))
        for note in notes:
            print(f"Note: {note}")
        for what, where in (("grades", arguments.csv), ("feedback", arguments.feedback)):
            if where:
                print(f"The {what}: {where}")
    return 1 if any(one.problem or one.tampering for one in graded) else 0


def batch_of(folder):
    from optimlab.grading.batch import hand_ins

    return hand_ins(folder)


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


def run_slides(arguments) -> int:
    from optimlab.authoring import REVEAL, LessonError, bring_reveal, slides

    folder = output_folder(arguments.to, "slides")
    reveal = arguments.reveal or REVEAL
    try:
        if "://" not in reveal:
            reveal = bring_reveal(reveal, folder)
        return write_each(arguments.lessons, folder, ".html", lambda path: slides(path, reveal))
    except LessonError as error:
        raise CommandError(error) from None


def run_handout(arguments) -> int:
    from optimlab.authoring import LessonError, handout, print_pdf

    folder = output_folder(arguments.to, "handouts")
    browser = None if arguments.html else find_browser()
    try:
        if arguments.html:
            return write_each(arguments.lessons, folder, ".html", handout)
        return write_each(arguments.lessons, folder, ".pdf", handout,
                          lambda html, target: print_pdf(html, target, browser))
    except LessonError as error:
        raise CommandError(error) from None


def write_each(lessons, folder, suffix, make, write=None) -> int:
    """Make something of each lesson's notebook and write it into the folder under the lesson's name."""
    paths = chosen(lessons, course_folder() / "lessons", ".ipynb")
    with Bar(len(paths)) as bar:
        for path in paths:
            bar.begin(path.name)
            target = folder / (path.stem + suffix)
            html = make(path)
            if write:
                write(html, target)
            else:
                target.write_text(html, encoding="utf-8")
            bar.wipe()
            print(target, flush=True)
    return 0


def output_folder(asked, name) -> Path:
    folder = Path(asked) if asked else course_folder() / "build" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"--to: {folder} cannot be made: {error.strerror}.") from None
    return folder


def find_browser() -> str:
    """The browser that course.py finds, which knows where to look on each system."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("course", course_folder() / "course.py")
    course = module_from_spec(spec)
    try:
        spec.loader.exec_module(course)
        found = course.find_browser()
    except FileNotFoundError:
        raise CommandError("A PDF needs course.py, which lies beside lessons/; write --html.") from None
    except course.Stop as stop:
        raise CommandError(stop) from None
    if not found:
        raise CommandError(
            "A PDF needs a Chromium, Chrome or Edge, and none was found: install one, name it in "
            "OPTIMLAB_CHROMIUM, or write --html and print that."
        )
    return found


def run_check(arguments) -> int:
    from optimlab.authoring import CheckError, check_notebook

    paths = [Path(name) for name in arguments.notebooks if not number(name)]
    if not paths or any(map(number, arguments.notebooks)):
        numbers = [name for name in arguments.notebooks if number(name)]
        paths += chosen(numbers, course_folder() / "work", ".ipynb")
    code, report = 0, []
    with Bar(len(paths)) as bar:
        for path in paths:
            bar.begin(path.name)
            try:
                results = check_notebook(path)
            except CheckError as error:
                bar.wipe()
                print(error, file=sys.stderr, flush=True)
                code = 2
                continue
            code = max(code, 0 if all(result.fine for result in results) else 1)
            bar.wipe()
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
        with executor_at(arguments.scheduler) as executor, warnings.catch_warnings(record=True) as troubles:
            warnings.simplefilter("always", UserWarning)
            result = plan.study.run(store, executor=executor, workers=arguments.workers,
                                    progress=not arguments.quiet)
        for problem in plan.study.problems:
            print(f"\n{problem}\n{result.table(problem)}")
        for sentence in result.warnings:
            print(f"Note: {sentence}.")
        if not troubles:
            print(f"The runs are kept in {store}.")
        for trouble in troubles:
            print(trouble.message, file=sys.stderr)
        if report is not None:
            print(f"The report is {result.report(report)}.")
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise CommandError(error) from None
    return 1 if troubles else 0


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


def run_next(arguments) -> int:
    step = standing.next_step()
    say(asdict(step) if arguments.json else repr(step), arguments.json)
    return 0


def run_progress(arguments) -> int:
    from optimlab import progress

    try:
        if arguments.restore is not None:
            sentence = progress.restore(arguments.restore)
            say({"restored": sentence} if arguments.json else sentence, arguments.json)
        elif arguments.export is not None:
            line = progress.export(arguments.export or None)
            told = f"Written to {arguments.export}." if arguments.export else line
            say({"export": line} if arguments.json else told, arguments.json)
        else:
            board = standing.board(arguments.lesson)
            say(board.data() if arguments.json else repr(board), arguments.json)
    except (OSError, ValueError) as error:
        raise CommandError(error) from None
    return 0


def run_hint(arguments) -> int:
    from optimlab.exercises import hint

    known(arguments.exercise)
    note = hint(arguments.exercise, arguments.rung)
    given = note.text.startswith(("Hint", "The "))
    say({"exercise": arguments.exercise, "text": note.text} if arguments.json else note.text, arguments.json)
    return 0 if given else 1


def run_solution(arguments) -> int:
    from optimlab.exercises import solution

    known(arguments.exercise)
    note = solution(arguments.exercise, sure=arguments.yes)
    if "sure=True" in note.text and sys.stdin.isatty() and not arguments.json:
        print(note.text.partition("\n")[0].partition(": ")[2])
        try:
            if input("Show it? [y/N] ").strip().lower() in ("y", "yes"):
                note = solution(arguments.exercise, sure=True)
        except EOFError:
            print()
    text = repr(note).replace(f'solution("{arguments.exercise}", sure=True)',
                              f"optimlab solution {arguments.exercise} --yes")
    text = text.replace(f'hint("{arguments.exercise}")', f"optimlab hint {arguments.exercise}")
    data = {"exercise": arguments.exercise, "open": bool(note.code), "code": note.code, "text": note.text}
    say(data if arguments.json else text, arguments.json)
    return 0 if note.code else 1


def run_reset(arguments) -> int:
    """A fresh copy of the lesson; the learner's own goes to work/backups/, the progress beside its file."""
    from optimlab import progress

    if not number(arguments.lesson):
        raise CommandError(f"{arguments.lesson!r} is no lesson: write two digits, as 04.")
    course = course_folder()
    lesson = chosen([arguments.lesson], course / "lessons", ".ipynb")[0]
    mine, kept = course / "work" / lesson.name, None
    try:
        mine.parent.mkdir(exist_ok=True)
        if mine.exists():
            kept = free_name(mine.parent / "backups", mine)
            os.replace(mine, kept)
        fresh = mine.with_name(f".{mine.name}.fresh")
        shutil.copyfile(lesson, fresh)
        os.replace(fresh, mine)
        forgotten = progress.forget(arguments.lesson)
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}. Nothing was deleted.") from None
    paths = {"notebook": mine, "kept": kept, "progress": forgotten}
    if arguments.json:
        say({name: None if path is None else str(path) for name, path in paths.items()}, True)
        return 0
    print(f"{mine} is fresh. If JupyterLab shows it, close it there and open it again.")
    if kept is not None:
        print(f"Yours is now {kept}.")
    if forgotten is not None:
        print(f"The progress of before is in {forgotten}.")
    return 0


def free_name(folder: Path, notebook: Path) -> Path:
    folder.mkdir(exist_ok=True)
    count = 1
    while (path := folder / f"{notebook.stem}-{count}{notebook.suffix}").exists():
        count += 1
    return path


def run_mistakes(arguments) -> int:
    from optimlab.exercises import survey

    exercises = survey.exercises(arguments.lesson)
    if not exercises:
        have = ", ".join(sorted({exercise.lesson for exercise in survey.exercises()}))
        raise CommandError(f"There is no exercise in lesson {arguments.lesson!r}; there are some in {have}.")
    rows = []
    with Bar(len(exercises)) as bar:
        for exercise in exercises:
            bar.begin(exercise.id)
            rows.append(survey.survey(exercise, run_mutants=not arguments.quick))
    say([asdict(row) for row in rows] if arguments.json else survey.as_text(rows), arguments.json)
    return 0 if all(row.rejected == row.named == row.answers for row in rows) else 1


def known(id: str) -> None:
    """CommandError if there is no exercise with this id."""
    from optimlab.exercises import REGISTRY
    from optimlab.exercises.checking import no_such

    if id not in REGISTRY:
        raise CommandError(f"{id}: {no_such(id)}.")


def say(what, as_json=False) -> None:
    """Print text, in letters that the terminal has, or anything as JSON."""
    text = json.dumps(what, indent=2, default=str) if as_json else str(what)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = "".join(PLAIN.get(letter, letter) for letter in text)
        text = text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding)
    print(text, flush=True)


def find_progress() -> None:
    """Use the progress file of work/ when the command is given in the folder of the course."""
    from optimlab import progress

    course = standing.course_folder()
    if progress.where() is None and course is not None and (course / "work").is_dir():
        os.environ["OPTIMLAB_PROGRESS"] = str(course / "work" / progress.NAME)


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
    """The folder of the course; CommandError if there is none here or above."""
    folder = standing.course_folder()
    if folder is None:
        raise CommandError("There is no lessons/ folder here or above; run this in the folder of the course.")
    return folder
