"""How well each exercise knows its mistakes: the table of `optimlab mistakes` and of docs/mistakes.md."""

from dataclasses import dataclass

from . import mutants
from .judge import judge
from .registry import REGISTRY

COLUMNS = ("exercise", "mistakes", "wrong answers", "rejected", "named", "mutants", "killed", "equal")


@dataclass(frozen=True)
class Row:
    """One exercise: its known mistakes, the answers that show them, and mutants of the reference.

    `rejected` of the `answers` do not pass, `named` of them get their own name. Of the mutants some are
    killed; the rest is equal to the reference or to a convention. None where they were not run.
    """

    exercise: str
    title: str
    mistakes: int
    answers: int
    rejected: int
    named: int
    mutants: int
    killed: int | None = None

    @property
    def equal(self):
        return None if self.killed is None else self.mutants - self.killed

    def cells(self):
        numbers = [self.mistakes, self.answers, self.rejected, self.named]
        numbers += [self.mutants, self.killed, self.equal]
        counts = ("" if number is None else str(number) for number in numbers)
        return [f"{self.exercise} {self.title}", *counts]


def survey(exercise, run_mutants=True):
    """The Row of one exercise."""
    answers = [(mistake, answer) for mistake in exercise.mistakes for answer in mistake.answers]
    found = [(mistake, _judged(exercise, answer)) for mistake, answer in answers]
    rejected = sum(not one.status.startswith("passed") for _, one in found)
    named = sum(one.mistake is not None and one.mistake.id == mistake.id for mistake, one in found)
    made = killed = 0
    if not exercise.is_value and run_mutants:
        for _, _, one in mutants.judged(exercise):
            made += 1
            killed += one is None or not one.status.startswith("passed")
    elif not exercise.is_value:
        made, killed = sum(1 for _ in mutants.mutants_of(exercise.solution)), None
    return Row(
        exercise.id, exercise.title, len(exercise.mistakes), len(answers), rejected, named, made, killed
    )


def _judged(exercise, answer):
    if not exercise.is_value:
        return judge(exercise, answer)
    value = answer()
    return judge(exercise, lambda: value)


def total(rows):
    """The sums of all rows, as a Row that is called "all"."""
    killed = [row.killed for row in rows]
    sums = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("mistakes", "answers", "rejected", "named", "mutants")
    }
    return Row("all", f"{len(rows)} exercises", **sums, killed=None if None in killed else sum(killed))


def as_text(rows):
    """The table for a terminal, with its sums."""
    cells = [list(COLUMNS), *(row.cells() for row in [*rows, total(rows)])]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width)
                  for place, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in cells
    )


def as_markdown(rows):
    """The table for the documentation, in Markdown."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" + "|--:" * (len(COLUMNS) - 1) + "|"]
    lines += [f"| {' | '.join(row.cells())} |" for row in [*rows, total(rows)]]
    return "\n".join(lines) + "\n"


def exercises(lesson=None):
    """The exercises of one lesson, such as "04", or all of them."""
    return [one for one in REGISTRY.values() if lesson is None or one.lesson == lesson]
