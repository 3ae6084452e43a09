'''From the text an author edits to the notebook a learner opens, and back to a verdict on what was saved.

A lesson is one MyST Markdown file, `lessons/source/NN_snake_case.md`. `python -m optimlab build NN` runs it
and writes `lessons/NN_snake_case.ipynb`. What a source holds:

    # Momentum                       one level-1 heading, no level skipped, none twice, no $ in a heading

    {{toc}}                          a line of its own: links to the level-2 and level-3 headings

    +++                              starts the next Markdown cell; there are more of these than code cells

    ```{code-cell}                   code, at most 20 lines; no warning, nothing on stderr
    plots.show(fig, alt="...")       figures go through plots.show: an image without alt text is refused
    ```

    ```{code-cell}
    :tags: [hide-input]              tags, if a cell needs them
    predict("04.kappa")              a prediction or a quiz of optimlab.questions stands once
    ```

    ```{code-cell}
    %exercise 04.1                   this line alone: becomes the exercise's stub, a blank line and its check
    ```

Pictures in Markdown need alt text too. A lesson runs within 60 seconds and its notebook stays under 1 MB.
Building twice gives the same bytes, so a cell shows the same in every run: fixed seeds, no times, no memory
addresses.

`release` makes a course's own edition of the built lessons, `nbgrader.export` brings them into nbgrader's
format.
'''

from optimlab.authoring.answers import fill, solve, with_reference_verdicts
from optimlab.authoring.build import build, stale
from optimlab.authoring.editions import release
from optimlab.authoring.handout import handout, print_pdf
from optimlab.authoring.judge import CheckError, Result, check_notebook
from optimlab.authoring.slides import REVEAL, bring_reveal, slides
from optimlab.authoring.source import Lesson, LessonError, read_lesson

__all__ = [
    "CheckError", "Lesson", "LessonError", "REVEAL", "Result", "bring_reveal", "build",
    "check_notebook", "fill", "handout", "print_pdf", "read_lesson", "release", "slides", "solve",
    "stale", "with_reference_verdicts",
]
