"""What teacher and students get: a table of grades, a page for each student, the class's mistakes."""

import csv
import html
import re
from collections import Counter
from pathlib import Path

from optimlab.exercises import REGISTRY
from optimlab.grading.grade import exercises_of

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
SYSTEMS = ("moodle", "canvas")


def lessons_in(graded) -> list[str]:
    return sorted({one.lesson for one in graded if one.marks})


def titles(graded) -> dict[str, str]:
    """exercise id -> its name as a column, for every exercise of the lessons that were handed in."""
    wanted = [one for lesson in lessons_in(graded) for one in exercises_of(REGISTRY, lesson).values()]
    return {one.id: f"{one.id} {one.title}" for one in wanted}


def by_student(graded) -> dict[str, list]:
    found = {}
    for one in graded:
        found.setdefault(one.student, []).append(one)
    return found


def marks_of(handed_in) -> dict:
    """exercise id -> the best Mark of a student's submissions."""
    best = {}
    for one in handed_in:
        for mark in one.marks:
            if mark.exercise not in best or mark.points > best[mark.exercise].points:
                best[mark.exercise] = mark
    return best


def remarks_of(handed_in) -> str:
    told = [f"{Path(one.path).name}: {one.problem}" for one in handed_in if one.problem]
    return "; ".join(told + [what for one in handed_in for what in one.tampering])


def write_csv(path, graded, system="moodle", roster=None, most=1.0) -> list[str]:
    """Write the grades as a file that Moodle or Canvas imports; return what did not fit together.

    system: "moodle" gives one row for each student and plain column names, which Moodle's import lets you
    map. "canvas" gives Canvas's columns and its row of points possible. roster: a CSV that the system has
    exported, whose first columns name the students; they are copied, and so the rows match. Without one the
    student is named as the folder or file is.
    """
    columns, students = titles(graded), by_student(graded)
    people, notes = _people(roster, students, system)
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        head, rows = people
        extra = ["Tampering and problems"] if system == "moodle" else []
        table.writerow([*head, *columns.values(), "optimlab total", *extra])
        if system == "canvas":
            possible = ["    Points Possible", *[""] * (len(head) - 1)]
            table.writerow([*possible, *[_plain(most)] * len(columns), _plain(most * len(columns))])
        for cells, student in rows:
            handed_in = students.get(student, [])
            marks = marks_of(handed_in)
            points = [marks[id].points if id in marks else 0.0 for id in columns]
            told = [remarks_of(handed_in)] if system == "moodle" else []
            table.writerow([*map(_safe, cells), *map(_plain, points), _plain(sum(points)), *map(_safe, told)])
    return notes


def _people(roster, students, system):
    """((names of columns, [(cells, student)]), notes)."""
    if roster is None:
        if system == "canvas":
            return (CANVAS, [((one, one if one.isdigit() else "", "", "", ""), one) for one in students]), []
        return (("Student",), [((one,), one) for one in students]), []
    with open(roster, encoding="utf-8-sig", newline="") as file:
        head, *lines = [row for row in csv.reader(file) if row]
    keep = len(CANVAS) if tuple(head[:2]) == CANVAS[:2] else _names_end(head)
    rows, seen = [], set()
    for line in lines:
        if "Points Possible" in line[0]:
            continue
        found = next((one for one in students if _is(one, line[:keep])), None)
        seen.add(found)
        rows.append((line[:keep], found))
    left = [one for one in students if one not in seen]
    return (head[:keep], rows), [f"{one} is not in {Path(roster).name}" for one in left]


def _names_end(head):
    """How many columns name the student: up to the first that holds grades, in what Moodle exports."""
    known = re.compile(r"(?i)identifier|.*name|id.?number|institution|department|e-?mail.*|student.*|group.*")
    count = 0
    while count < len(head) and known.fullmatch(head[count].strip()):
        count += 1
    return max(count, 1)


def _is(student, cells):
    """Whether a student's name is one of the cells, or their first two as a name."""
    wanted = _folded(student)
    cells = [cell for cell in cells if cell.strip()]
    names = {_folded(cell) for cell in cells} | {_folded(cell.partition("@")[0]) for cell in cells}
    names |= {_folded("".join(cells[:2])), _folded("".join(reversed(cells[:2])))}
    return wanted in names


def _folded(name):
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _safe(text):
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _plain(number):
    return f"{number:.4f}".rstrip("0").rstrip(".")


def write_feedback(folder, graded) -> list[Path]:
    """A page for each student, with every verdict as the check says it, its points and why."""
    folder, made = Path(folder), []
    for student, handed_in in by_student(graded).items():
        place = folder / (re.sub(r"[^\w. -]", "_", student).strip(". ") or "student")
        place.mkdir(parents=True, exist_ok=True)
        path = place / "feedback.html"
        path.write_text(_page(student, handed_in), encoding="utf-8")
        made.append(path)
    return made


STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#1a1a1a;
background:#fff}h1{font-size:1.5em}h2{font-size:1.1em;margin:1.6em 0 .2em}pre{white-space:pre-wrap;
background:#f5f5f5;padding:.7em;font-size:.9em;margin:.3em 0}.points{color:#444}"""


def _page(student, handed_in):
    marks = marks_of(handed_in)
    total, most = sum(m.points for m in marks.values()), sum(m.most for m in marks.values())
    parts = [f"<h1>{html.escape(student)}</h1>"]
    parts += [f"<p>{html.escape(Path(one.path).name)} could not be graded: {html.escape(one.problem)}.</p>"
              for one in handed_in if one.problem]
    if marks:
        parts.append(f'<p class="points">{_plain(total)} of {_plain(most)} points</p>')
    for mark in marks.values():
        parts.append(f"<h2>{mark.exercise} {html.escape(mark.title)}</h2>"
                     f'<p class="points">{_plain(mark.points)} of {_plain(mark.most)}: '
                     f"{html.escape(mark.reason)}</p><pre>{html.escape(mark.text)}</pre>")
    body = "\n".join(parts)
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Feedback for '
            f"{html.escape(student)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n")


def summary(graded) -> str:
    """What the class misunderstood: for each exercise how many passed, and each mistake with a bar."""
    lines, columns, students = [], titles(graded), by_student(graded)
    every = [marks_of(handed_in) for handed_in in students.values()]
    for id, title in columns.items():
        marks = [marks[id] for marks in every if id in marks]
        right = sum(mark.status.startswith("passed") for mark in marks)
        lines.append(f"{title}: {right} of {len(marks)} right")
        told = Counter(_said(mark) for mark in marks if not mark.status.startswith("passed"))
        for what, count in sorted(told.items(), key=lambda item: (-item[1], item[0])):
            lines.append(f"  {'#' * round(20 * count / len(marks)) or '.':<20} {count:>3}  {what}")
    problems = [(one, f"{Path(one.path).name}: {one.problem}") for one in graded if one.problem]
    problems += [(one, what) for one in graded for what in one.tampering]
    if problems:
        lines += ["", "To look at:"]
        lines += [f"  {one.student}: {what}" for one, what in problems]
    return "\n".join(lines)


def _said(mark):
    if mark.mistake:
        return mark.mistake[1]
    if mark.status == "wrong":
        return "wrong in a way that has no name"
    return "not attempted" if mark.status == "not attempted" else "it does not run"
