"""One page about a study: what was asked, who did best, how sure that is, and how to have it again."""

import html
import json
from pathlib import Path

from optimlab import plots
from optimlab.compare.statistics import median
from optimlab.compare.table import Table, number, setting_words

PROTOCOL = (
    "Every setting of every optimizer ran with the same seeds: the same start, the same order of the data, "
    "the same number of steps. {budget} The median score at the end of the run chose each one's setting "
    "(final performance, as in DeepOBS, Schneider, Balles and Hennig 2019; equal budgets, as in Schmidt, "
    "Schneider and Hennig 2021). {finals} The target is {target}; performance profiles end at tau = 4, as in "
    "AlgoPerf (Dahl and others 2023). Where it differs from those: small problems, {seeds} seeds for every "
    "setting, one study in place of five."
)
STYLE = ("body{font:16px/1.5 sans-serif;max-width:900px;margin:2em auto;padding:0 1em;color:#222}"
         "table{border-collapse:collapse;margin:1em 0}td,th{padding:.25em .8em;border-bottom:1px solid #ccc}"
         "figure{margin:1em 0}li{margin:.3em 0}code{background:#f2f2f2}")


def write(result, path):
    """Write the page and return its path. HTML holds its pictures; Markdown has them in files beside it."""
    path = Path(path)
    if path.suffix not in (".html", ".md"):
        raise ValueError(f"report: a name that ends in .html or .md is needed, got {path.name!r}")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"report: there is no folder {str(path.parent)!r} for {path.name!r}")
    page = Html(path) if path.suffix == ".html" else Markdown(path)
    fill(page, result)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(page.text(), encoding="utf-8")
    unfinished.replace(path)
    return path


def fill(page, result):
    """Everything that the page says, in order."""
    study = result.study
    page.title(f"Comparison: {study.name}")
    page.words(f"{study!r}.")
    for problem in study.problems:
        page.heading(f"{problem}")
        page.words(verdict(result, problem))
        page.table(result.table(problem, times=True))
        for kind, fig in figures(result, problem):
            page.figure(fig, f"{kind} for {problem}: {finding(fig)}", f"{problem} {kind}")
        page.table(differences(result, problem))
    if len(study.problems) > 1:
        page.heading("All problems")
        fig = result.profiles()
        page.figure(fig, f"Performance profiles over all problems: {finding(fig)}", "all profiles")
    page.heading("What to doubt")
    page.list(result.warnings or ["Nothing was found: no best setting lies at the edge of its grid, and no "
                                  "single seed decides."])
    if result.failures:
        page.heading("Runs that failed")
        page.table(failures(result))
    page.heading("How it was done")
    page.words(protocol(study))
    page.list([f"{name}: {value}" for name, value in result.about.items()]
              + [f"seeds: {study.seeds}", f"final seeds: {study.finals}"])
    page.code(json.dumps(study.identity["settings"], indent=1))


def verdict(result, problem):
    """The finding in a sentence or two, no surer than it is."""
    first, *others = result.order(problem)
    if not others:
        return f"{first} was alone; its best setting is {setting_words(result.best(first, problem).setting)}."
    pairs = [result.paired(first, other, problem) for other in others]
    beaten = [one.second for one in pairs if one.sure]
    even = [one.second for one in pairs if not one.sure]
    words = f"{first} has the lowest median, {number(median(result.scores(first, problem)))}."
    if beaten:
        words += f" Seed by seed it is better than {', '.join(beaten)}."
    if even:
        words += f" No difference is shown to {', '.join(even)}" + \
            ("; it takes 6 seeds or more to show one." if pairs[0].n < 6 else ".")
    return words


def protocol(study):
    finals = (f"The chosen settings ran again on {len(study.finals)} fresh seeds, and these runs alone read "
              "the test part, once." if study.finals else
              "The same runs that chose the settings are reported, which flatters all; the test part was not "
              "read.")
    sizes = {name: len(one.space) for name, one in study.candidates.items()}
    words = ", ".join(f"{name} {size}" for name, size in sizes.items())
    budget = f"Each optimizer had {max(sizes.values())} settings." if len(set(sizes.values())) == 1 else \
        f"The budgets were not equal: {words} settings."
    own = [one for one in study.problems.values() if one.target is not None]
    target = "the problem's own" if len(own) == len(study.problems) else \
        "the median over the optimizers of their median scores"
    return PROTOCOL.format(finals=finals, target=target, budget=budget, seeds=len(study.seeds))


def figures(result, problem):
    """(kind, figure) of a problem's pictures that can be drawn."""
    if any("lr" in setting for one in result.study.candidates.values() for setting in one.space):
        yield "u-curves", result.u_curves(problem)
    yield "curves", result.curves(problem)


def finding(fig):
    """The title of a figure, which states what it shows."""
    return fig.axes[0].get_title(loc="left")


def differences(result, problem):
    first, *others = result.order(problem)
    rows = []
    for other in others:
        one = result.paired(first, other, problem)
        rows.append([f"{first} - {other}", number(one.median), f"[{number(one.low)}, {number(one.high)}]",
                     f"{one.wins} of {one.n}"])
    return Table(["pair", "median difference", "95 %", "first better on"], rows)


def failures(result):
    """Failed runs, those that failed alike in one row."""
    alike = {}
    for one in result.failures:
        alike.setdefault((one.problem, one.optimizer, setting_words(one.setting), one.fate), []).append(one)
    return Table(["problem", "optimizer", "setting", "fate", "seeds", "first reason"],
                 [[*what, len(runs), runs[0].reason] for what, runs in alike.items()])


class Html:
    """A page that stands alone."""

    def __init__(self, path):
        self.parts = []

    def title(self, words):
        self.name = words
        self.parts.append(f"<h1>{html.escape(words)}</h1>")

    def heading(self, words):
        self.parts.append(f"<h2>{html.escape(words)}</h2>")

    def words(self, words):
        self.parts.append(f"<p>{html.escape(words)}</p>")

    def list(self, items):
        self.parts.append("<ul>" + "".join(f"<li>{html.escape(one)}</li>" for one in items) + "</ul>")

    def table(self, table):
        self.parts.append(table._repr_html_() if table.rows else "")

    def code(self, text):
        self.parts.append(f"<details><summary>All settings</summary><pre>{html.escape(text)}</pre></details>")

    def figure(self, fig, alt, name):
        self.parts.append(plots.figure_html(fig, alt))
        plots.plt.close(fig)

    def text(self):
        return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(self.name)}'
                f"</title><style>{STYLE}</style></head><body>" + "\n".join(self.parts) + "</body></html>\n")


class Markdown:
    """A page whose pictures stand beside it, in a folder of its name."""

    def __init__(self, path):
        self.path, self.parts = path, []

    def title(self, words):
        self.parts.append(f"# {words}")

    def heading(self, words):
        self.parts.append(f"## {words}")

    def words(self, words):
        self.parts.append(words)

    def list(self, items):
        self.parts.append("\n".join(f"- {one}" for one in items))

    def table(self, table):
        if table.rows:
            self.parts.append(f"{table}" + (f"\n\n{table.caption}" if table.caption else ""))

    def code(self, text):
        self.parts.append(f"```json\n{text}\n```")

    def figure(self, fig, alt, name):
        folder = self.path.with_suffix("")
        folder = folder.with_name(f"{folder.name}_figures")
        folder.mkdir(exist_ok=True)
        file = folder / f"{name.replace(' ', '_')}.png"
        fig.savefig(file, dpi=150, metadata={"Software": None})
        plots.plt.close(fig)
        self.parts.append(f"![{alt}]({folder.name}/{file.name})")

    def text(self):
        return "\n\n".join(self.parts) + "\n"
