"""Where a learner stands: every lesson, exercise and question, and the one thing to do next.

>>> len(board().lessons) > 5
True
"""

import html
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from optimlab import progress
from optimlab.exercises import REGISTRY
from optimlab.exercises.verdict import MARKS, Note
from optimlab.questions import BANK

OPEN = "not tried"
SKIPPED = "\N{RIGHTWARDS ARROW}"
QUESTION_MARKS = {
    "answered": MARKS["passed"][0],
    "skipped": SKIPPED,
    "not yet right": MARKS["mistake"][0],
    "open": MARKS["not attempted"][0],
}


@dataclass(frozen=True)
class Exercise:
    """One exercise on the board. `status` is a check's, or "not tried"; `said` is what the last one said."""

    id: str
    title: str
    status: str
    passed: bool
    tries: int
    hints: int
    solution_read: bool
    optional: bool
    said: str

    @property
    def mark(self):
        return MARKS["passed" if self.passed else self.status if self.tries else "not attempted"][0]

    @property
    def words(self):
        if self.passed:
            return "passed, after reading the solution" if self.solution_read else "passed"
        if not self.tries:
            return "not tried, optional" if self.optional else OPEN
        last = self.said.removeprefix(f"{self.id} ") or self.status
        return f"{last} ({self.tries} {'try' if self.tries == 1 else 'tries'})"


@dataclass(frozen=True)
class Question:
    """One prediction or quiz question: `status` is "answered", "skipped", "not yet right" or "open"."""

    id: str
    kind: str
    text: str
    status: str


@dataclass(frozen=True)
class Lesson:
    number: str
    title: str
    exercises: tuple
    questions: tuple

    @property
    def passed(self):
        return sum(exercise.passed for exercise in self.exercises)

    @property
    def begun(self):
        return any(exercise.tries for exercise in self.exercises) or any(
            question.status != "open" for question in self.questions
        )

    @property
    def finished(self):
        """True if every exercise that is not optional has passed; questions hold nobody up."""
        return all(exercise.passed or exercise.optional for exercise in self.exercises)

    def count(self, status):
        return sum(question.status == status for question in self.questions)


@dataclass(frozen=True, repr=False)
class Board:
    """All lessons. Shows as text in a terminal and as a table in a notebook."""

    lessons: tuple

    @property
    def passed(self):
        return sum(lesson.passed for lesson in self.lessons)

    @property
    def exercises(self):
        return sum(len(lesson.exercises) for lesson in self.lessons)

    def data(self):
        """Plain dicts and lists, for JSON."""
        return [asdict(lesson) for lesson in self.lessons]

    def __repr__(self):
        width = max(len(lesson.title) for lesson in self.lessons)
        most = max(len(lesson.exercises) for lesson in self.lessons)
        lines = [f"{self.passed} of {self.exercises} exercises passed"]
        for lesson in self.lessons:
            marks = "".join(exercise.mark for exercise in lesson.exercises)
            line = f"{lesson.number}  {lesson.title:{width}}  {marks:{most}}  "
            line += f"{lesson.passed} of {len(lesson.exercises)}".rjust(7)
            lines.append(line + (f"   {_questions_in_words(lesson)}" if lesson.questions else ""))
        legend = ", ".join(f"{MARKS[status][0]} {words}" for status, words in [
            ("passed", "passed"), ("mistake", "a mistake we know"), ("wrong", "wrong"), ("error", "an error"),
            ("not attempted", OPEN)])
        return "\n".join([*lines, legend])

    def _repr_html_(self):
        rows = "".join(_row(lesson) for lesson in self.lessons)
        head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in
                       ("Lesson", "Exercises", "Questions"))
        return (
            f'<div style="overflow-x:auto"><table style="{_TABLE}"><caption style="{_CAPTION}">'
            f"<strong>{self.passed} of {self.exercises} exercises passed</strong>. Next: "
            f"{html.escape(next_step().text)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


@dataclass(frozen=True, repr=False)
class Step:
    """One thing to do: `text` says what, `command` is what to type for it (or ""), `id` what it is about."""

    text: str
    command: str = ""
    id: str | None = None

    def __repr__(self):
        return f"{self.text}\n    {self.command}" if self.command else self.text

    def _repr_html_(self):
        return Note(self.text, self.command)._repr_html_()


def board(lesson=None):
    """The board of all lessons and exercises; with a number, such as "04", of one lesson in full.

    Skipped predictions are shown as skipped. Raises ValueError if there is no such lesson.
    """
    everything = progress.everything()
    numbers = sorted({id[:2] for id in (*REGISTRY, *BANK)})
    lessons = tuple(_lesson(number, everything) for number in numbers)
    if lesson is None:
        return Board(lessons)
    wanted = str(lesson).zfill(2)
    if wanted not in numbers:
        raise ValueError(f"lesson: there is no lesson {lesson!r}; there are {', '.join(numbers)}")
    return Sheet(lessons[numbers.index(wanted)])


@dataclass(frozen=True, repr=False)
class Sheet:
    """One lesson of the board, line by line."""

    lesson: Lesson

    def data(self):
        return asdict(self.lesson)

    def lines(self):
        for exercise in self.lesson.exercises:
            yield exercise.mark, f"{exercise.id} {exercise.title}", exercise.words
        for question in self.lesson.questions:
            yield QUESTION_MARKS[question.status], f"{question.kind} {question.id}", question.status

    def __repr__(self):
        lesson = self.lesson
        head = f"{lesson.number}  {lesson.title}: {lesson.passed} of {len(lesson.exercises)} exercises passed"
        rows = list(self.lines())
        width = max((len(name) for _, name, _ in rows), default=0)
        return "\n".join([head, *(f"  {mark} {name:{width}}  {words}" for mark, name, words in rows)])

    def _repr_html_(self):
        rows = "".join(
            f'<tr><th scope="row" style="{_CELL};font-weight:normal"><span aria-hidden="true">{mark}</span> '
            f'{html.escape(name)}</th><td style="{_CELL}">{html.escape(words)}</td></tr>'
            for mark, name, words in self.lines()
        )
        caption = html.escape(f"{self.lesson.number} {self.lesson.title}")
        return (
            f'<table style="{_TABLE}"><caption style="{_CAPTION}"><strong>{caption}</strong></caption>'
            f"<tbody>{rows}</tbody></table>"
        )


def next_step():
    """The one thing to do next, as a Step: mend what was tried last, or go on, or open a lesson."""
    lessons = [lesson for lesson in board().lessons if lesson.exercises]
    written = titles()
    lessons = [lesson for lesson in lessons if not written or lesson.number in written]
    open_lessons = [lesson for lesson in lessons if not lesson.finished]
    begun = [lesson for lesson in open_lessons if lesson.begun]
    if not open_lessons:
        return _optional_or_done(lessons)
    lesson = (begun or open_lessons)[-1 if begun else 0]
    if not lesson.begun:
        return Step(f"Open lesson {lesson.number}: {lesson.title}", f"python3 course.py lab {lesson.number}",
                    lesson.number)
    todo = [exercise for exercise in lesson.exercises if not exercise.passed and not exercise.optional]
    tried = [exercise for exercise in todo if exercise.tries]
    exercise = (tried or todo)[0]
    if not exercise.tries:
        return Step(f"Write exercise {exercise.id}, {exercise.title}.",
                    f"python3 course.py lab {lesson.number}", exercise.id)
    if exercise.hints < 4:
        return Step(f"Mend exercise {exercise.id}, {exercise.title}: {exercise.words}. A hint is ready.",
                    f"optimlab hint {exercise.id}", exercise.id)
    return Step(f"Mend exercise {exercise.id}, {exercise.title}: {exercise.words}. "
                "You have all its hints; the solution is there too.", f"optimlab solution {exercise.id}",
                exercise.id)


def _optional_or_done(lessons):
    for lesson in lessons:
        for exercise in lesson.exercises:
            if not exercise.passed:
                more = f"Every core exercise is passed. If you want more: {exercise.id}, {exercise.title}."
                return Step(more, f"python3 course.py lab {lesson.number}", exercise.id)
    return Step("Every exercise is passed.")


def _lesson(number, everything):
    exercises = tuple(
        _exercise(exercise, everything["exercises"].get(id, {}))
        for id, exercise in REGISTRY.items() if exercise.lesson == number
    )
    questions = tuple(_question(question, everything) for id, question in BANK.items() if id[:2] == number)
    return Lesson(number, titles().get(number, f"Lesson {number}"), exercises, questions)


def _exercise(exercise, entry):
    def kept(key, kind, otherwise):
        value = entry.get(key)
        return value if isinstance(value, kind) else otherwise

    status = kept("status", str, OPEN)
    status = status if status in MARKS else OPEN
    tries = kept("tries", int, 0) if status != OPEN else 0
    return Exercise(
        exercise.id, exercise.title, status, bool(entry.get("passed")), tries, kept("hints", int, 0),
        bool(entry.get("opened")), exercise.optional, kept("said", str, ""),
    )


def _question(question, everything):
    kind = "quiz" if question.again else "prediction"
    entry = everything["quiz" if question.again else "predictions"].get(question.id)
    if entry is None:
        status = "open"
    elif entry.get("skipped"):
        status = "skipped"
    elif question.again and not entry.get("correct"):
        status = "not yet right"
    else:
        status = "answered"
    return Question(question.id, kind, question.text, status)


def _questions_in_words(lesson):
    words = f"{lesson.count('answered')} of {len(lesson.questions)} questions"
    skipped = lesson.count("skipped")
    return f"{words}, {skipped} skipped" if skipped else words


_TABLE = "border-collapse:collapse;color:inherit;text-align:left"
_CAPTION = "text-align:left;caption-side:top;color:inherit;padding:0.3em 0"
_CELL = "padding:0.35em 0.9em 0.35em 0;vertical-align:top;text-align:left;border-top:1px solid #8886"


def _row(lesson):
    marks = " ".join(
        f'<span style="white-space:nowrap;margin-right:0.5em" title="{html.escape(exercise.title)}: '
        f'{html.escape(exercise.words)}"><span aria-hidden="true" style="color:{_color(exercise)}">'
        f"{exercise.mark}</span>&nbsp;{exercise.id}</span>"
        for exercise in lesson.exercises
    )
    lines = "".join(
        f"<li>{html.escape(name)}: {html.escape(words)}</li>" for _, name, words in Sheet(lesson).lines()
    )
    details = (
        f'<details><summary>{lesson.passed} of {len(lesson.exercises)} passed</summary>'
        f'<ul style="margin:0.3em 0 0.3em 1.2em;padding:0">{lines}</ul></details>'
    )
    name = html.escape(f"{lesson.number} {lesson.title}")
    asked = _questions_in_words(lesson) if lesson.questions else ""
    return (
        f'<tr><th scope="row" style="{_CELL};font-weight:600">{name}</th>'
        f'<td style="{_CELL}">{marks}{details}</td><td style="{_CELL}">{asked}</td></tr>'
    )


def _color(exercise):
    return MARKS["passed" if exercise.passed else exercise.status if exercise.tries else "not attempted"][1]


# The folder of the course


def course_folder():
    """The folder of the course: the nearest one, from here upwards, that holds lessons/; None without one."""
    for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[1]):
        if (folder / "lessons").is_dir():
            return folder
    return None


def titles():
    """{number: title} of the lessons that are written; empty where there is no folder of the course."""
    folder = course_folder()
    return {} if folder is None else _titles_in(folder / "lessons")


@cache
def _titles_in(lessons):
    found = {}
    for source in sorted((lessons / "source").glob("[0-9][0-9]_*.md")):
        heading = re.search(r"^# (.+)$", source.read_text(encoding="utf-8"), re.MULTILINE)
        found[source.name[:2]] = heading[1].strip() if heading else source.stem[3:].replace("_", " ")
    for notebook in sorted(lessons.glob("[0-9][0-9]_*.ipynb")):
        found.setdefault(notebook.name[:2], notebook.stem[3:].replace("_", " ").capitalize())
    return found
