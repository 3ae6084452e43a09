"""What the generated pages in docs/ share: tables, numbers in them, and the sources of a docstring."""

import inspect
import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def table(heads, rows):
    """A table in Markdown. A head that ends in ":" aligns its column to the right.

    >>> print(table(["a", "b:"], [[1, 2]]))
    | a | b |
    |---|--:|
    | 1 | 2 |
    """
    lines = "|".join("--:" if head.endswith(":") else "---" for head in heads)
    return "\n".join([cells(*(head.rstrip(":") for head in heads)), f"|{lines}|", *(cells(*r) for r in rows)])


def cells(*values):
    return f"| {' | '.join(map(str, values))} |"


def plain(text):
    return " ".join(text.split()).replace("|", "\\|")


def code(line):
    fence = "``" if "`" in line else "`"
    return f"{fence}{re.sub('  +', '  ', line.strip())}{fence}".replace("|", "\\|")


def number(value):
    return "0" if value == 0 else f"{value:.0e}".replace("e-0", "e-")


def sources(thing):
    """Who is named in a docstring's line of sources, as one cell."""
    found = re.search(r"^Sources?: (.*?)(?=\n\n|\Z)", inspect.getdoc(thing), re.DOTALL | re.MULTILINE)
    return plain(found[1]) if found else ""


def without_numbers(text):
    """The page without the differences, which vary a little from machine to machine."""
    return re.sub(r"\| (0|\d+e-\d+) (?=\|)", "| ", text)
