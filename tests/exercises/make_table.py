"""Make docs/mistakes.md, in about three minutes: python tests/exercises/make_table.py"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from optimlab.exercises import survey  # noqa: E402
from optimlab.waiting import Bar  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "mistakes.md"
TEXT = """# The mistakes that the checks know

Every exercise comes with wrong answers that learners give. Each is a function that runs; the check
recognises an answer by what it does, not by how it is written. *Rejected* answers do not pass, *named* ones
are told which mistake it is.

Then each reference is broken by machine, in every place, one change at a time: an operator, a constant, a
name, a line that is gone. Such a *mutant* is *killed* when it does not pass. The others are *equal*: on
sixty random inputs each gives what the reference gives, or what a convention gives that passes under its
name.

`optimlab mistakes` prints this table anew, and `python tests/exercises/make_table.py` writes this page.

"""


def page(rows):
    return TEXT + survey.as_markdown(rows)


if __name__ == "__main__":
    rows, exercises = [], survey.exercises()
    with Bar(len(exercises)) as bar:
        for exercise in exercises:
            bar.begin(exercise.id)
            rows.append(survey.survey(exercise))
    PAGE.write_text(page(rows), encoding="utf-8")
    print(f"wrote {PAGE}")
