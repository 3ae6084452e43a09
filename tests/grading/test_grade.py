"""Points, reasons, and what tampering gains: nothing."""

import csv
import json
import os
import subprocess
import sys

import pytest
from nbformat import v4

from optimlab import cli, grading
from optimlab.exercises import REGISTRY, guard
from optimlab.exercises.editions import edition
from optimlab.grading import grade_file, grade_folder, points
from tests.grading.handins import COUNTED, exercise_cell, notebook

RIGHT = {id: REGISTRY[id].solution for id in COUNTED}
HEAD = "def momentum_step(w, grad, velocity, lr, momentum):\n    "
UPHILL = HEAD + "velocity = momentum * velocity + grad\n    return w + lr * velocity, velocity"
IN_PLACE = HEAD + ("velocity = momentum * velocity + grad\n    grad *= 2\n"
                   "    return w - lr * velocity, velocity")
AVERAGED = HEAD + ("velocity = momentum * velocity + (1 - momentum) * grad\n"
                   "    return w - lr * velocity, velocity")
NAMELESS = HEAD + "return w - lr * grad**3 - velocity**2, momentum * velocity + grad"


def marks(path, **settings):
    graded = grade_file(path, **settings)
    return {mark.exercise: mark for mark in graded.marks}, graded


def test_a_right_submission_gets_all_points_and_no_remark(hand_in):
    found, graded = marks(hand_in("ada", notebook(RIGHT)), most=2)
    assert graded.points == 2 * len(COUNTED) and graded.lesson == "04"
    assert graded.tampering == [] and graded.problem == ""
    assert {mark.reason for mark in found.values()} == {"right"}


def test_what_was_handed_out_gets_no_points(hand_in):
    found, graded = marks(hand_in("ada", notebook({})))
    assert graded.points == 0 and {mark.status for mark in found.values()} == {"not attempted"}


@pytest.mark.parametrize("source, worth, reason", [
    (UPHILL, 0.5, "one mistake: it walks uphill"),
    (IN_PLACE, 0.75, "the numbers are right, but it changes an array that it was given"),
    (NAMELESS, 0.0, "right in 0 of 3 trials"),
    (HEAD + "raise ValueError('no')", 0.0, "it does not run to its end"),
    (HEAD + "while True: pass", 0.0, "it had not come back after 3 seconds"),
    (HEAD + "return [", 0.0, "its cell is not Python, line 2: '[' was never closed"),
    ("def momentum_step(w, grad):\n    return w", 0.0,
     "its arguments are (w, grad), the exercise asks for (w, grad, velocity, lr, momentum)"),
    ("momentum_step = None", 0.0, ""),
])
def test_part_credit_comes_with_its_reason(hand_in, source, worth, reason):
    found, _ = marks(hand_in("ada", notebook({"04.1": source})), seconds=3)
    assert found["04.1"].points == worth
    assert found["04.1"].reason.startswith(reason)


def test_two_mistakes_at_once_are_worth_half_of_one(hand_in):
    both = HEAD + ("velocity = momentum * velocity + (1 - momentum) * grad\n"
                   "    return w + lr * velocity, velocity")
    found, _ = marks(hand_in("ada", notebook({"04.1": both})))
    assert found["04.1"].points == 0.25 and "two mistakes at once" in found["04.1"].reason


def test_without_part_credit_a_mistake_is_worth_nothing(hand_in):
    found, _ = marks(hand_in("ada", notebook({"04.1": UPHILL})), part=0)
    assert found["04.1"].points == 0 and found["04.1"].mistake == ("GD-SIGN", "it walks uphill")


def test_an_answer_may_use_what_stands_elsewhere_in_the_notebook(hand_in):
    answer = HEAD + "v = fade(velocity, momentum) + grad\n    return w - lr * v, v"
    helper = "SHARE = 1.0\n\ndef fade(v, share):\n    return SHARE * share * v"
    stranger = "grad = undefined_name\nhistory = [print('never run')]"
    found, graded = marks(hand_in("ada", notebook({"04.1": answer}, before=[helper, stranger])))
    assert found["04.1"].status == "passed" and graded.tampering == []


def test_points_in_a_notebook_are_those_of_the_command(hand_in, capsys):
    for source in (RIGHT["04.1"], UPHILL, IN_PLACE, NAMELESS, AVERAGED):
        found, _ = marks(hand_in("ada", notebook({"04.1": source})), most=4)
        space = {}
        exec("import numpy as np\n" + source, space)
        assert points("04.1", space["momentum_step"], most=4) == found["04.1"].points
    assert "04.1 passed" in capsys.readouterr().out


# Tampering

ANSWERS = {  # what stands in the cell of 04.1, and what the report says
    "os._exit": (HEAD + "import os\n    os._exit(0)", "ended its process"),
    "the reference": (HEAD + "from optimlab.exercises import REGISTRY\n"
                      "    return REGISTRY['04.1'].reference(w, grad, velocity, lr, momentum)",
                      "tried to import optimlab.exercises"),
    "its file": (HEAD + "import optimlab, os\n    path = os.path.dirname(optimlab.__file__)\n"
                 "    text = open(path + '/exercises/lesson_04.py').read()\n    return w, velocity",
                 "tried to read lesson_04.py"),
    "a thread": (HEAD + "import threading, time\n"
                 "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
                 "    return w, velocity", "thread"),
    "numpy": (HEAD + "np.all = np.any = np.allclose = lambda *a, **k: True\n    return w, velocity",
              "changes numpy"),
    "processes": (HEAD + "import os\n    while True:\n        os.fork()", "tried to start a process"),
    "frames": (HEAD + "import sys\n    frame = sys._getframe()\n    while frame:\n"
               "        for name in list(frame.f_locals):\n            pass\n        frame = frame.f_back\n"
               "    return w, velocity", "reaches into the interpreter"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_that_tampers_gains_nothing_and_is_reported(hand_in, what):
    source, said = ANSWERS[what]
    found, graded = marks(hand_in("eve", notebook({**RIGHT, "04.1": source})), seconds=5)
    assert not found["04.1"].status.startswith("passed")
    assert found["04.1"].points <= 0.5
    assert any(said in told for told in graded.tampering), graded.tampering
    if what != "numpy":  # which it has broken for its own other answers, too
        others = [mark.status for id, mark in found.items() if id != "04.1"]
        assert others == ["passed"] * (len(COUNTED) - 1)


CELLS = {  # what stands in a cell of its own, and what the report says
    "replaces check": ("def check(id, answer=None):\n    print(id, 'passed')", "replaces check"),
    "binds check": ("check = lambda *a: '04.1 passed'", "replaces check"),
    "patches optimlab": ("import optimlab\noptimlab.check = print", "changes optimlab (optimlab.check)"),
    "patches the judge": ("import optimlab.exercises.checking as c\nc.judge = None",
                          "changes optimlab (c.judge)"),
    "patches numpy": ("np.allclose = lambda *a, **k: True", "changes numpy (np.allclose)"),
    "patches by setattr": ("setattr(np, 'all', any)", "changes numpy"),
    "patches a module's dict": ("np.__dict__['all'] = any", "changes what modules hold"),
    "writes the progress": ("from optimlab import progress\n"
                            "progress.record_check('04.1', 'passed', None, '')", "writes the progress file"),
    "writes its file": ("open('optimlab-progress.json', 'w').write('{}')", "touches the progress file"),
    "moves its file": ("import os\nos.environ['OPTIMLAB_PROGRESS'] = 'mine'", "touches the progress file"),
    "prints passed": ("print('04.1 passed')", "prints a verdict"),
    "shows passed": ("from IPython.display import HTML\nHTML('<b>04.1 passed</b>')", "prints a verdict"),
    "reads the source": ("import inspect\nfrom optimlab.exercises import lesson_04\n"
                         "print(inspect.getsource(lesson_04))", "reads the references"),
    "exits": ("import os\nos._exit(0)", "calls os._exit"),
    "starts threads": ("import threading\nthreading.Thread(target=print).start()", "starts threads"),
}


@pytest.mark.parametrize("what", CELLS)
def test_a_cell_that_tampers_gains_nothing_and_is_reported(hand_in, what):
    source, said = CELLS[what]
    found, graded = marks(hand_in("eve", notebook({"04.1": UPHILL}, before=[source], after=[source])))
    assert found["04.1"].status == "mistake" and graded.points == 0.5
    assert any(said in told for told in graded.tampering), graded.tampering


@pytest.mark.parametrize("check", ["", "print('04.1 passed')", 'check("04.1", lambda *a: a)'])
def test_an_edited_check_is_reported_and_the_answer_is_judged_all_the_same(hand_in, check):
    cell = exercise_cell("04.1", UPHILL, check=check or "# no check")
    found, graded = marks(hand_in("eve", notebook({"04.1": cell})))
    assert found["04.1"].points == 0.5
    assert any("the check of 04.1 was" in told for told in graded.tampering)


def test_prepared_outputs_are_reported(hand_in):
    output = v4.new_output("execute_result", {"text/plain": "04.1 passed"}, execution_count=3)
    cell = exercise_cell("04.1", UPHILL, outputs=[output])
    found, graded = marks(hand_in("eve", notebook({"04.1": cell})))
    assert found["04.1"].points == 0.5 and "04.1 is stored as passed, and is not" in graded.tampering


def test_patches_in_one_answer_do_not_reach_the_judge_of_the_next(hand_in):
    poison = HEAD + ("import numpy\n    numpy.ndarray.__eq__ = None if False else numpy.array_equal\n"
                     "    return w, velocity")
    nothing = REGISTRY["04.2"].stub.replace("...", "return w, velocity").split('"""')
    wrong = nothing[0].rstrip() + "\n    return w * 2, velocity"
    found, _ = marks(hand_in("eve", notebook({"04.1": poison, "04.2": wrong})))
    assert found["04.2"].points <= 0.5


# An edition


def test_a_class_gets_points_for_its_own_form_only(hand_in):
    one = edition("class-7").registry["04.1"]
    call = 'check("04.1", momentum_step, edition="class-7")'
    theirs = notebook({"04.1": exercise_cell("04.1", one.solution, call)})
    theirs.metadata["optimlab"]["edition"] = "class-7"
    found, graded = marks(hand_in("ada", theirs), edition="class-7")
    assert found["04.1"].status == "passed" and graded.tampering == []
    published = notebook({"04.1": RIGHT["04.1"]})
    found, graded = marks(hand_in("eve", published), edition="class-7")
    assert found["04.1"].points == 0
    assert "it says that it is as published; graded was class-7" in graded.tampering


@pytest.mark.parametrize("id", ["04.3", "04.1"])
def test_a_published_answer_earns_no_part_of_the_points_even_under_other_names(hand_in, id, capsys):
    one = edition("class-7").registry[id]
    published = REGISTRY[id].solution.splitlines()
    source = "\n".join([f"def {one.name}({', '.join(one.asked)}):",
                        *(f"    {old} = {new}" for old, new in zip(one.order, one.asked, strict=True)
                          if old != new), *published[1:]])
    found, _ = marks(hand_in("eve", notebook({id: source})), edition="class-7")
    assert found[id].points == 0 and "it answers the published task" in found[id].reason
    space = {}
    exec("import numpy as np\n" + source, space)
    assert points(id, space[one.name], edition="class-7") == 0


def test_an_answer_that_is_endless_for_the_published_task_keeps_its_part(hand_in, monkeypatch):
    source = ("def momentum_step(w, grad, velocity, log_lr, damping):\n"
              "    while log_lr > 0:\n        pass\n"
              "    velocity = (1 - damping) * velocity + grad\n"
              "    return w + 10**log_lr * velocity, velocity")
    found, _ = marks(hand_in("eve", notebook({"04.1": source})), edition="class-7", seconds=3)
    assert found["04.1"].points == 0.5
    monkeypatch.setattr(guard, "DEADLINE", 2.0)
    space = {}
    exec(source, space)
    assert points("04.1", space["momentum_step"], edition="class-7") == 0.5


# A folder


@pytest.fixture
def three(hand_in):
    hand_in("ada", notebook(RIGHT))
    hand_in("bob", notebook({**RIGHT, "04.1": UPHILL}))
    hand_in("cy", notebook({"04.1": UPHILL}))
    with open(hand_in.folder / "large.ipynb", "wb") as file:
        file.truncate(500_000_000)
    return hand_in.folder


@pytest.fixture
def classroom(three, hand_in):
    hand_in("not_json", '{"cells": [')
    hand_in("other_course", v4.new_notebook(cells=[v4.new_code_cell("x = 1")]))
    hand_in("no_notebook_json", "[1, 2]")
    hand_in("loop", notebook({"04.1": HEAD + "while True: pass"}))
    hand_in("bomb", notebook({"04.1": HEAD + "import os\n    while True:\n        os.fork()"}))
    hand_in("deep", notebook({"04.1": "x = " + "(" * 5000 + ")" * 5000}))
    (hand_in.folder / "empty_folder").mkdir()
    return hand_in.folder


def test_one_bad_submission_never_stops_the_rest(classroom):
    graded = {one.student: one for one in grade_folder(classroom, workers=2, seconds=5)}
    assert graded["ada"].points == 6 and graded["bob"].points == 5.5 and graded["cy"].points == 0.5
    assert "not JSON" in graded["not_json"].problem
    assert "none of the exercises" in graded["other_course"].problem
    assert "not a notebook" in graded["no_notebook_json"].problem
    assert "500 MB" in graded["large"].problem
    assert "no notebook" in graded["empty_folder"].problem
    assert graded["loop"].points == 0 and "5 seconds" in graded["loop"].marks[0].reason
    assert any("start a process" in told for told in graded["bomb"].tampering)
    assert graded["deep"].marks[0].status == "error"


def test_the_command_writes_csv_feedback_and_what_the_class_misunderstood(three, tmp_path, capsys):
    table, pages = tmp_path / "grades.csv", tmp_path / "feedback"
    code = cli.main(["grade", str(three), "--csv", str(table), "--feedback", str(pages),
                     "--points", "2", "--lesson", "04"])
    said = capsys.readouterr().out
    assert code == 1
    assert "04.1 One step with momentum: 1 of 3 right" in said and "  2  it walks uphill" in said
    rows = {row["Student"]: row for row in csv.DictReader(lines_of(table))}
    assert rows["ada"]["optimlab total"] == "12" and rows["bob"]["04.1 One step with momentum"] == "1"
    assert "500 MB" in rows["large"]["Tampering and problems"]
    page = (pages / "bob" / "feedback.html").read_text(encoding="utf-8")
    assert "it walks uphill" in page and "one mistake" in page and "11 of 12 points" in page
    assert "Question: " in page


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_canvas_gets_its_own_columns_from_its_roster(hand_in, tmp_path):
    hand_in("lovelaceada_1815_99_04_momentum", notebook(RIGHT))
    roster = tmp_path / "canvas.csv"
    roster.write_text('Student,ID,SIS User ID,SIS Login ID,Section,Old (12)\n    Points Possible,,,,,5\n'
                      '"Lovelace, Ada",1815,u1,ada,A,3\n"Babbage, Charles",1791,u2,cb,A,4\n')
    table = tmp_path / "grades.csv"
    assert cli.main(["grade", str(hand_in.folder), "--csv", str(table), "--for", "canvas",
                     "--roster", str(roster)]) == 0
    head, possible, ada, charles = csv.reader(lines_of(table))
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert possible[0] == "    Points Possible" and possible[5:] == ["1"] * len(COUNTED) + [str(len(COUNTED))]
    assert ada[:2] == ["Lovelace, Ada", "1815"] and ada[-1] == str(len(COUNTED))
    assert charles[-1] == "0" and len(head) == len(possible) == len(ada)


def test_moodle_rows_keep_the_identifiers_of_its_roster(hand_in, tmp_path, capsys):
    folder = hand_in.folder / "Ada Lovelace_417_assignsubmission_file_"
    folder.mkdir()
    (folder / "04_momentum.ipynb").write_text(v4.writes(notebook(RIGHT)), encoding="utf-8")
    hand_in("stranger", notebook({}))
    roster = tmp_path / "moodle.csv"
    roster.write_text("\ufeffFirst name,Last name,ID number,Email address,Course total\n"
                      "Ada,Lovelace,7,ada@example.org,\n", encoding="utf-8")
    table = tmp_path / "grades.csv"
    cli.main(["grade", str(hand_in.folder), "--csv", str(table), "--roster", str(roster)])
    (row,) = csv.DictReader(lines_of(table))
    assert row["Email address"] == "ada@example.org" and row["optimlab total"] == str(len(COUNTED))
    assert "Note: stranger is not in moodle.csv" in capsys.readouterr().out


def test_a_name_cannot_become_a_formula(hand_in, tmp_path):
    hand_in("=HYPERLINK(1)", notebook(RIGHT))
    table = tmp_path / "grades.csv"
    cli.main(["grade", str(hand_in.folder), "--csv", str(table)])
    assert "'=HYPERLINK" in table.read_text()


def test_grades_as_json(hand_in, capsys):
    hand_in("ada", notebook({"04.1": UPHILL}))
    assert cli.main(["grade", str(hand_in.folder), "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["points"] == 0.5 and one["marks"][0]["mistake"] == ["GD-SIGN", "it walks uphill"]


@pytest.mark.parametrize("words, said", [
    (["nowhere"], "nowhere is no folder"),
    ([".", "--lesson", "4"], "two digits"),
    ([".", "--seed", "4"], "go together"),
    ([".", "--workers", "0"], "1 or more"),
    ([".", "--roster", "nowhere.csv"], "nowhere.csv"),
])
def test_a_wrong_call_is_one_sentence(tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["grade", *words]) == 2
    err = capsys.readouterr().err
    assert said in err and len(err.strip().splitlines()) == 1


def test_nothing_of_a_submission_is_left_behind(hand_in):
    hand_in("eve", notebook({"04.1": HEAD + "while True: pass"}, after=["open('mark', 'w')"]))
    before = sorted(os.listdir(hand_in.folder))
    grade_folder(hand_in.folder, seconds=0.5)
    assert sorted(os.listdir(hand_in.folder)) == before


def test_importing_the_grading_brings_no_check_along():
    code = "import sys, optimlab.grading; assert 'optimlab.exercises' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="grade_folder"):
        grading.nothing  # noqa: B018
