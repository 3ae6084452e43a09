"""Grading a folder: every submission in a fresh process, several at once, and none stops the rest."""

import contextlib
import multiprocessing
import os
import queue
import re
import threading
from pathlib import Path

from optimlab.grading.grade import grade_file
from optimlab.grading.marks import Graded

MOODLE = re.compile(r"(?P<student>.+?)_\d+_assignsubmission_(?:file|onlinetext)_?.*")
CANVAS = re.compile(r"(?P<student>[^_]+)(?:_LATE)?_(?P<id>\d+)_\d+_.+")


def hand_ins(folder) -> list[tuple[Path, str]]:
    """(notebook, student) for each notebook in a folder, however the course's system has packed it.

    Known are a folder for each student, as nbgrader and Moodle make them, Canvas's long file names, and plain
    files that are named for the student. A folder without a notebook stands for itself.
    """
    folder, found = Path(folder), []
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder")
    own = {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")}
    for path in sorted(folder.rglob("*.ipynb")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts):
            continue
        own.discard(parts[0])
        found.append((path, student_of(parts)))
    return found + [(folder / name, student_of((name, ""))) for name in sorted(own)]


def student_of(parts) -> str:
    """
    >>> student_of(("Ada Lovelace_417_assignsubmission_file_", "04_momentum.ipynb"))
    'Ada Lovelace'
    >>> student_of(("lovelaceada_1815_99310_04_momentum-2.ipynb",))
    '1815'
    >>> student_of(("ada", "04", "04_momentum.ipynb")), student_of(("ada.ipynb",))
    ('ada', 'ada')
    """
    stem = parts[0].removesuffix(".ipynb")
    if found := MOODLE.fullmatch(stem):
        return found["student"]
    if len(parts) == 1 and (found := CANVAS.fullmatch(stem)):
        return found["id"]
    return stem


def grade_folder(folder, workers=None, told=None, **settings) -> list[Graded]:
    """Grade every notebook of a folder; settings are those of `grade_file`. In the order of the students.

    workers: judges that work side by side, one for each core if None. told: called with each Graded when it
    is there.
    """
    handed_in = hand_ins(folder)
    settings["closed"] = [*settings.get("closed", ()), str(Path(folder).resolve())]
    todo, done = queue.SimpleQueue(), {}
    for number, (path, student) in enumerate(handed_in):
        todo.put((number, path, student))
    count = min(max(1, workers or len(_cores())), max(1, len(handed_in)))
    threads = [threading.Thread(target=_work, args=(todo, done, settings, told), daemon=True)
               for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted((done[number] for number in sorted(done)), key=lambda one: (one.student, one.path))


def _cores():
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)


def _work(todo, done, settings, told):
    """Hand one submission after the other to a judge; a judge that is lost is replaced."""
    judge = None
    limit = 60 + 15 * settings.get("seconds", 10)
    while True:
        try:
            number, path, student = todo.get_nowait()
        except queue.Empty:
            break
        judge = judge or _Judge(settings)
        graded = judge.grade(path, student, limit)
        if graded is None:
            judge.end()
            judge = None
            graded = Graded(str(path), student, problem="it ended or held up the judge")
        done[number] = graded
        if told is not None:
            told(graded)
    if judge is not None:
        judge.end()


class _Judge:
    """A process with the pristine checks. It keeps the traces of the references from one to the next."""

    def __init__(self, settings):
        context = multiprocessing.get_context("spawn")
        self.here, there = context.Pipe()
        self.process = context.Process(target=_serve, args=(there, settings), daemon=True)
        self.process.start()
        there.close()

    def grade(self, path, student, limit):
        """A Graded, or None when the judge is lost."""
        try:
            self.here.send((path, student))
            return self.here.recv() if self.here.poll(limit) else None
        except (EOFError, OSError):
            return None

    def end(self):
        with contextlib.suppress(OSError):
            self.here.close()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()


def _serve(connection, settings):
    while True:
        try:
            path, student = connection.recv()
        except EOFError:
            return
        try:
            graded = _no_notebook(path, student) if path.is_dir() else grade_file(path, student, **settings)
        except Exception as fault:
            graded = Graded(str(path), student, problem=f"the grader failed: {type(fault).__name__}: {fault}")
        connection.send(graded)


def _no_notebook(path, student):
    others = sorted(one.name for one in path.rglob("*") if one.is_file())
    what = f"there is {others[0]}" if others else "the folder is empty"
    return Graded(str(path), student, problem=f"no notebook was handed in: {what}")
