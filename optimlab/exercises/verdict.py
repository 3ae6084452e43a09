"""What a check says, as text and as HTML. The first line is words and step numbers only."""

import html
from dataclasses import dataclass

import numpy as np

MARKS = {
    "passed": ("\N{CHECK MARK}", "#2e8b3d"),
    "passed with another convention": ("\N{CHECK MARK}", "#2e8b3d"),
    "mistake": ("\N{BLACK RIGHT-POINTING TRIANGLE}", "#b8720a"),
    "wrong": ("\N{BALLOT X}", "#d1495b"),
    "error": ("!", "#d1495b"),
    "not attempted": ("\N{WHITE CIRCLE}", "#7a7f87"),
}


@dataclass(frozen=True)
class Note:
    """Text that shows as plain text and as HTML in the reader's own colours."""

    text: str

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        first, *rest = self.text.split("\n")
        return _box("#4a7fb5", f"<strong>{html.escape(first)}</strong>", rest)


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer of `check`. `status` is a key of MARKS, `mistake` an id, `convention` a name, or None."""

    exercise: str
    status: str
    text: str
    mistake: str | None = None
    convention: str | None = None

    @property
    def passed(self):
        return self.status.startswith("passed")

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        mark, color = MARKS[self.status]
        first, *rest = self.text.split("\n")
        head = f'<span aria-hidden="true">{mark}</span> <strong>{html.escape(first)}</strong>'
        return _box(color, head, rest)


def _box(color, head, lines):
    """Text keeps the theme's own colour and background; the border repeats what the first line says."""
    body = ""
    if any(line.strip() for line in lines):
        body = (
            '<pre style="margin:0.4em 0 0;padding:0;white-space:pre-wrap;overflow-wrap:anywhere;'
            'font:inherit;color:inherit;background:transparent;border:0">'
            + html.escape("\n".join(lines).strip("\n"))
            + "</pre>"
        )
    return (
        f'<div role="status" style="border-left:4px solid {color};padding:0.3em 0.8em;margin:0.3em 0;'
        f'color:inherit;background:transparent">{head}{body}</div>'
    )


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
