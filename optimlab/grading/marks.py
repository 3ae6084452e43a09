"""Marks: what an answer is worth, and why."""

from dataclasses import dataclass, field

from optimlab.exercises import checking, guard
from optimlab.exercises.judge import agreement, judge

PART = 0.5


@dataclass
class Mark:
    """What became of one exercise: `points` of `most`, the reason in a few words, and the check's verdict.

    `mistake` is (id, name) of what was misunderstood, or None.
    """

    exercise: str
    title: str
    status: str
    points: float
    most: float
    reason: str
    text: str = ""
    mistake: tuple | None = None


@dataclass
class Graded:
    """What became of a submission: its marks, what in it was tampered with, or the problem with the file."""

    path: str
    student: str
    lesson: str | None = None
    marks: list = field(default_factory=list)
    tampering: list = field(default_factory=list)
    problem: str = ""
    seconds: float = 0.0

    @property
    def points(self):
        return round(sum(mark.points for mark in self.marks), 4)


def share(exercise, found, published=False, part=PART):
    """(share of the points, reason) for a Judgement.

    Right is 1, by whatever name. Right numbers with a bad habit, such as changing an argument, are worth
    (1 + part) / 2. A mistake with a name is worth `part`, two at once half of it, and an answer that is wrong
    without a name `part` times the share of the trials in which it is right. An answer that is wrong in an
    edition and right for the `published` task is worth nothing.
    """
    if found.status == "passed":
        return 1.0, "right"
    if found.status == "passed with another convention":
        return 1.0, f"right, in another convention: {found.convention.name}"
    if published:
        return 0.0, "it answers the published task, not the one of this edition"
    if found.status == "mistake" and found.difference is None:
        return (1 + part) / 2, f"the numbers are right, but {found.mistake.name}"
    if found.status == "mistake" and "+" in found.mistake.id:
        return part / 2, f"two mistakes at once: {found.mistake.name.removeprefix('two at once: ')}"
    if found.status == "mistake":
        return part, f"one mistake: {found.mistake.name}"
    right, trials = agreement(exercise, found)
    told = f"right in {right} of {trials} trials"
    if found.status == "wrong":
        return part * right / trials, told
    return 0.0, "it does not run to its end"


def answers_published(exercise, found, answer):
    """Whether an answer that is wrong in an edition is right for the published task; that runs it again."""
    base = getattr(exercise, "base", None)
    if base is None or found.status.startswith("passed"):
        return False
    return judge(base, answer).status.startswith("passed")


def points(id, answer, most=1.0, edition=None, part=PART):
    """The points for an answer, as `optimlab grade` gives them; prints the verdict. For a cell that grades.

    >>> points("00.1", lambda w, grad, lr: w + lr * grad, most=2)  # doctest: +ELLIPSIS
    00.1 mistake: ...
    1.0
    """
    verdict = checking.judged_only(id, answer, edition)
    print(verdict)
    if verdict.tried is None:
        return 0.0
    exercise, found = verdict.tried
    called = (lambda: answer) if exercise.is_value else answer
    published = guard.run(lambda: answers_published(exercise, found, called)).value or False
    return round(float(most) * share(exercise, found, published, part)[0], 4)
