"""A course folder with one throw-away lesson."""

import pytest

LESSON = """\
# A ball on a slope

Something rolls before you know why.

{{toc}}

+++

## How far does it roll?

Write a number first.

```{code-cell}
import matplotlib.pyplot as plt
import numpy as np

from optimlab import check, plots, predict, ready
from optimlab.questions import Question

predict(Question("98.p1", "How far?", unit="steps", answer=3, reply="Three steps."))
```

+++

The picture answers.

```{code-cell}
fig, ax = plt.subplots(figsize=(3, 2))
ax.plot(np.arange(4))
plots.show(fig, alt="Line plot of position over time: it rises by one a step.")
```

+++

The end.

+++

Really.
"""


@pytest.fixture(scope="session")
def lesson_text():
    return LESSON


@pytest.fixture
def course(tmp_path):
    """A folder with lessons/source/98_ball.md and an empty work/."""
    (tmp_path / "lessons" / "source").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    return tmp_path


@pytest.fixture
def source(course):
    path = course / "lessons" / "source" / "98_ball.md"
    path.write_text(LESSON, encoding="utf-8")
    return path
