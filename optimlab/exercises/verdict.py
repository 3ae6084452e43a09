"""What a check says, as text and as HTML. The first line is words and step numbers only."""

import html
import itertools
from dataclasses import dataclass, field

import numpy as np

MARKS = {
    "passed": ("\N{CHECK MARK}", "#2e8b3d"),
    "passed with another convention": ("\N{CHECK MARK}", "#2e8b3d"),
    "mistake": ("\N{BLACK RIGHT-POINTING TRIANGLE}", "#b8720a"),
    "wrong": ("\N{BALLOT X}", "#d1495b"),
    "error": ("!", "#d1495b"),
    "not attempted": ("\N{WHITE CIRCLE}", "#7a7f87"),
}


@dataclass(frozen=True, repr=False)
class Note:
    """Text, and perhaps code below it, that shows as plain text and as HTML in the reader's own colours."""

    text: str
    code: str = ""

    def __repr__(self):
        return f"{self.text}\n{self.code}" if self.code else self.text

    def _repr_html_(self):
        first, *rest = self.text.split("\n")
        code = _pre(self.code) if self.code else ""
        return _box("#4a7fb5", f"<strong>{html.escape(first)}</strong>", _paragraphs(rest) + code)


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer of `check`. `status` is a key of MARKS, `mistake` an id, `convention` a name, or None.

    `check("04.1", momentum_step).compare()` draws your answer over ours; `.hint()` and `.solution()` are
    those of the exercise.
    """

    exercise: str
    status: str
    text: str
    mistake: str | None = None
    convention: str | None = None
    tried: tuple | None = field(default=None, compare=False)

    @property
    def passed(self):
        return self.status.startswith("passed")

    def compare(self):
        """Your answer drawn over the reference, with the first difference ringed. Shows in a notebook."""
        from .comparing import compare

        return compare(self)

    def hint(self, rung=None):
        """The next hint of this exercise; see `optimlab.hint`."""
        from .checking import hint

        return hint(self.exercise, rung)

    def solution(self, sure=False):
        """The solution of this exercise, once it is open; see `optimlab.solution`."""
        from .checking import solution

        return solution(self.exercise, sure)

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        mark, color = MARKS[self.status]
        first, *rest = self.text.split("\n")
        head = f'<span aria-hidden="true">{mark}</span> <strong>{html.escape(first)}</strong>'
        return _box(color, head, _paragraphs(rest))


def _box(color, head, body):
    """Text keeps the theme's own colour and background; the border repeats what the first line says."""
    return (
        f'<div role="status" style="border-left:4px solid {color};padding:0.3em 0.8em;margin:0.3em 0;'
        f'color:inherit;background:transparent">{head}{body}</div>'
    )


def _paragraphs(lines):
    """Indented lines are numbers or code and keep their columns; the others are prose."""
    parts = []
    for indented, group in itertools.groupby(lines, key=lambda line: line.startswith("    ")):
        text = "\n".join(group)
        parts.append(_pre(text) if indented else _prose(text))
    return "".join(parts)


def _prose(text):
    return f'<div style="margin:0.3em 0;white-space:pre-wrap">{html.escape(text)}</div>'


def _pre(text):
    style = (
        "margin:0.3em 0;padding:0;white-space:pre-wrap;color:inherit;background:transparent;border:0;"
        "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,0.95em)"
    )
    return f'<pre style="{style}">{html.escape(text)}</pre>'


def shown(value, other=None):
    """A value in few digits; in more digits if it would look like `other`."""
    for digits in (4, 7, 11):
        text = _shown(value, digits)
        if other is None or text != _shown(other, digits):
            break
    return text


def _shown(value, digits):
    if isinstance(value, tuple):
        return "[" + ", ".join(value) + "]"
    if not isinstance(value, np.ndarray):
        return str(value)
    if value.ndim == 0:
        return _number(value[()], digits)
    if value.size > 8 or value.ndim > 1:
        flat = ", ".join(_number(x, digits) for x in value.ravel()[:8])
        return f"[{flat}{', ...' if value.size > 8 else ''}] in shape {value.shape}"
    return "[" + ", ".join(_number(x, digits) for x in value) + "]"


def _number(x, digits):
    return str(x) if isinstance(x, (bool, np.bool_)) else f"{x:.{digits}g}"
