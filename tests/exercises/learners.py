"""Answers as learners write them: bodies of functions, out of learners_wrong.txt and learners_right.txt."""

import re
import textwrap
from pathlib import Path


def read(name):
    """{exercise: [(mistake, body)]} of a file beside this one."""
    found = {}
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    for block in re.split(r"\n\n(?=\d\d\.\d)", text.strip()):
        head, _, body = block.partition("\n")
        id, _, mistake = head.partition(" ")
        found.setdefault(id, []).append((mistake, textwrap.dedent(body)))
    return found


def source(exercise, body):
    """The function with this body, as it stands in a learner's notebook."""
    head = "import math\n\n\n" if "math." in body else ""
    return f"{head}def {exercise.name}({', '.join(exercise.parameters)}):\n{textwrap.indent(body, '    ')}\n"


WRONG, RIGHT = read("learners_wrong.txt"), read("learners_right.txt")
