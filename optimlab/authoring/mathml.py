"""Formulas as MathML, which every browser draws by itself: no script, no network."""

import re

from optimlab.authoring.source import LessonError

CODE = re.compile(r"(?ms)^(`{3,}|~{3,}).*?^\1[^\n]*$|(`+)(?!`).+?(?<!`)\2(?!`)")
FORMULA = re.compile(r"(?s)\$\$(.+?)\$\$|(?<![\\$\w])\$(?![\s$])([^$\n]+?)(?<![\s\\])\$(?![\w$])")


def with_mathml(markdown: str) -> str:
    r"""Markdown whose formulas, in `$` or `$$`, are MathML; code stays as it is.

    >>> with_mathml("costs `$5`, and $x$").startswith("costs `$5`, and <math")
    True

    Raises LessonError if latex2mathml is not installed.
    """
    if not FORMULA.search(markdown):
        return markdown
    try:
        from latex2mathml.converter import convert
    except ImportError:
        raise LessonError(
            "Formulas on slides and paper need latex2mathml: python -m pip install latex2mathml"
        ) from None

    def drawn(match):
        block, line = match.groups()
        return convert((block or line).strip(), display="block" if block else "inline")

    pieces, end = [], 0
    for code in CODE.finditer(markdown):
        pieces += [FORMULA.sub(drawn, markdown[end:code.start()]), code.group()]
        end = code.end()
    return "".join([*pieces, FORMULA.sub(drawn, markdown[end:])])
