"""Grading one submission: its functions run in a room, the pristine checks judge them from outside."""

import time

from optimlab.exercises import guard
from optimlab.exercises.checking import registry_of, verdict_of
from optimlab.exercises.judge import judge
from optimlab.exercises.recognise import is_unwritten, refusal
from optimlab.exercises.trace import AnswerStopped
from optimlab.grading import submission, tampering
from optimlab.grading.marks import PART, Graded, Mark, answers_published, share
from optimlab.grading.remote import Gone, Room
from optimlab.grading.submission import Unreadable


def exercises_of(registry, lesson):
    """The exercises of a lesson that count: the optional ones do not."""
    return {id: one for id, one in registry.items() if one.lesson == lesson and not one.optional}


def grade_file(path, student="", *, lesson=None, edition=None, seconds=10, megabytes=2000, part=PART,
               most=1.0, closed=()) -> Graded:
    """Grade one notebook.

    Args:
        path: the notebook that was handed in.
        student: who handed it in, for the report.
        lesson: two digits, as "04"; None takes what the notebook says.
        edition: as "class-7"; None grades the published exercises. What the notebook says about its edition
            decides nothing.
        seconds, megabytes: the most that one answer may take.
        part: the share of the points for one known mistake; 0 gives no part credit.
        most: the points of an exercise.
        closed: further folders that the answers may not read.

    Never raises because of what is in the file: `problem` says what is wrong with it.
    """
    started = time.monotonic()
    graded = Graded(str(path), student, lesson)
    try:
        handed_in = submission.read(path)
        registry = registry_of(edition)
        graded.lesson = lesson or handed_in.lesson
        wanted = exercises_of(registry, graded.lesson)
        if not wanted or not any(handed_in.cell_of(id) or submission.answer_to(handed_in, one)
                                 for id, one in wanted.items()):
            which = f" of lesson {lesson}" if lesson else " of this course"
            raise Unreadable(f"it holds none of the exercises{which}")
        graded.tampering = tampering.signs(handed_in, registry)
        if handed_in.edition != edition:
            told = f"of edition {handed_in.edition}" if handed_in.edition else "as published"
            graded.tampering.append(f"it says that it is {told}; graded was {edition or 'as published'}")
        with Room(megabytes, seconds * (len(wanted) + 1), closed) as room:
            graded.marks = [_mark(handed_in, one, room, seconds, part, most, graded)
                            for one in wanted.values()]
    except Unreadable as problem:
        graded.problem = str(problem)
    except (MemoryError, RecursionError):
        graded.problem = "its code is nested too deeply to be read"
    graded.seconds = time.monotonic() - started
    return graded


def _mark(handed_in, exercise, room, seconds, part, most, graded) -> Mark:
    def mark(status, reason, text="", worth=0.0, mistake=None):
        points = round(most * worth, 4)
        first = text or f"{exercise.id} {status}: {reason}"
        return Mark(exercise.id, exercise.title, status, points, most, reason, first, mistake)

    cell = handed_in.cell_of(exercise.id)
    answer = submission.answer_to(handed_in, exercise)
    if answer is None:
        if cell is not None and cell.error:
            return mark("error", f"its cell is not Python, {cell.error}")
        return mark("not attempted", "there is no answer in the notebook")
    if not exercise.is_value and answer.node is not None:
        try:
            function = submission.skeleton(answer.node)
        except SyntaxError as failure:
            return mark("error", f"its cell is not Python, {failure.msg}")
        if is_unwritten(function, exercise.starts):
            return mark("not attempted", "it is as it was handed out", f"{exercise.id} not attempted")
        sentence = refusal({exercise.id: exercise}, exercise, function)
        if sentence is not None:
            return mark("error", sentence)
    room.told = []
    try:
        result = _judged(exercise, answer, room, seconds, part)
    except Gone:
        graded.tampering.append(f"{exercise.id} ended its process")
        result = mark("error", "it ended its process, or crashed it")
    except guard.TimeUp:
        result = mark("error", f"it had not come back after {seconds:g} seconds")
    except AnswerStopped as stopped:
        stop = stopped.stop
        said = f"{stop.kind}: {stop.message} ({stop.line})" if stop.line else f"{stop.kind}: {stop.message}"
        result = mark("error", f"what it needs cannot be defined, {said}")
    else:
        if isinstance(result, str):
            result = mark("not attempted" if not result else "error", result or "it is as it was handed out")
        else:
            verdict, (worth, reason) = result
            found = verdict.tried[1].mistake
            result = mark(verdict.status, reason, verdict.text, worth, found and (found.id, found.name))
    graded.tampering += [f"{exercise.id} {told}" for told in room.told]
    if "left a thread running" in room.told:
        room.close()
    if result.status in ("mistake", "wrong", "error", "not attempted") and tampering.prepared(
            handed_in, exercise.id):
        graded.tampering.append(f"{exercise.id} is stored as passed, and is not")
    return result


def _judged(exercise, answer, room, seconds, part):
    """(Verdict, (share, reason)); or a sentence why it cannot be judged, "" where nothing was written."""
    room.define(answer.source, answer.name, seconds)
    if exercise.is_value:
        value = room.value(answer.name)
        if value is ... or value is None:
            return ""
        called = lambda: value  # noqa: E731
    else:
        called = room.function(answer.name)
    found = judge(exercise, called)
    verdict = verdict_of(exercise, found, room.printed)
    try:
        published = answers_published(exercise, found, called)
    except guard.TimeUp:
        published = False
    return verdict, share(exercise, found, published, part)
