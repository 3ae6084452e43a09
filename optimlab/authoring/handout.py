"""Hand-outs: a lesson on paper, with room to write. Questions stand without their answers."""

import copy
import re
import subprocess
import tempfile
from pathlib import Path

from optimlab.authoring.mathml import with_mathml
from optimlab.authoring.slides import TEMPLATES, drawn, hide_code, read, shown, title
from optimlab.authoring.source import LessonError, exercise_of

SECONDS = 120
ANSWERS = re.compile(r"(?s)<details>.*?</details>")


def handout(path) -> str:
    """The HTML of a lesson's hand-out.

    path: a built notebook. An exercise is its stub and blank lines, more where its solution is longer;
    figures and questions stand without the code that made them.
    Raises LessonError if the notebook cannot be read.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="handout", extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True, exclude_output_prompt=True,
    )
    lesson = read(path)
    return exporter.from_notebook_node(paper(lesson), {"metadata": {"name": title(lesson)}})[0]


def paper(lesson, registry=None):
    """A copy of a lesson's notebook for paper."""
    if registry is None:
        from optimlab.exercises import REGISTRY as registry
    sheet = copy.deepcopy(lesson)
    for cell in sheet.cells:
        if cell.cell_type == "markdown":
            cell.source = with_mathml(cell.source)
        elif id := exercise_of(cell):
            cell.source = re.sub(r"\n*check\(.*\)\s*$", "", cell.source)
            cell.outputs = [room(registry[id])]
        else:
            cell.outputs = [without_answers(output) for output in cell.outputs if shown(output)]
            if any(map(drawn, cell.outputs)):
                hide_code(cell)
    return sheet


def room(exercise):
    """Blank lines to write on: twice as many as the solution has, at least five."""
    import ast
    import inspect
    import textwrap

    from nbformat import v4

    tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.reference))).body[0]
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    lines = max(5, 2 * sum(node.end_lineno - node.lineno + 1 for node in body))
    blank = f'<div class="optimlab-lines">{"<div></div>" * min(lines, 24)}</div>'
    return v4.new_output("display_data", {"text/html": blank})


def without_answers(output):
    html = output.get("data", {}).get("text/html")
    if html and ANSWERS.search(html):
        output.data["text/html"] = ANSWERS.sub("<p>My answer: ______________________________</p>", html)
    return output


def print_pdf(html: str, target, browser) -> Path:
    """Let a browser print a page to a PDF file.

    browser: path of a Chromium, Chrome or Edge. Raises LessonError if it cannot, in one sentence.
    """
    target = Path(target).resolve()
    with tempfile.TemporaryDirectory() as folder:
        page, made = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        command = [
            str(browser), "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--disable-extensions",
            f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={made}",
            page.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LessonError(f"{browser} could not print {target.name}: {error}") from None
        if not made.is_file():
            last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise LessonError(f"{browser} could not print {target.name}: {last[0]}")
        target.write_bytes(made.read_bytes())
    return target
