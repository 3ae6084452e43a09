"""A small table that prints as Markdown and shows itself as HTML in a notebook."""

import html
import math


class Table:
    """Words in rows and columns.

    >>> print(Table(["optimizer", "loss"], [["SGD", "0.1"], ["Adam", "0.09"]]))
    | optimizer | loss |
    |---|---|
    | SGD       | 0.1  |
    | Adam      | 0.09 |
    """

    def __init__(self, head, rows, caption=""):
        self.head, self.rows, self.caption = list(head), [list(map(str, row)) for row in rows], caption

    def __str__(self):
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]

        def line(cells):
            return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) + " |"

        return "\n".join([line(self.head), "|" + "---|" * len(self.head), *map(line, self.rows)])

    __repr__ = __str__

    def _repr_html_(self):
        def row(cells, tag):
            inside = "".join(f'<{tag} style="text-align:left">{html.escape(c)}</{tag}>' for c in cells)
            return f"<tr>{inside}</tr>"

        style = "text-align:left;caption-side:bottom"
        caption = f'<caption style="{style}">{html.escape(self.caption)}</caption>' if self.caption else ""
        return (f"<table>{caption}<thead>{row(self.head, 'th')}</thead>"
                f"<tbody>{''.join(row(cells, 'td') for cells in self.rows)}</tbody></table>")


def number(value):
    """Three significant digits; words for what is no number.

    >>> number(0.12345), number(1234), number(float("inf")), number(float("nan"))
    ('0.123', '1234', 'never', '-')
    """
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "never" if value > 0 else "-never"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3g}"


def setting_words(setting):
    """A setting as one reads it.

    >>> setting_words({"lr": 0.1, "momentum": 0.9})
    'lr 0.1, momentum 0.9'
    """
    return ", ".join(f"{name} {_short(value)}" for name, value in setting.items()) or "its defaults"


def _short(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
