"""An edition asks every exercise in the form of its seed, and no published answer fits."""

import ast
import json
import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from optimlab import check, cli, ready
from optimlab.authoring import LessonError, editions, release
from optimlab.authoring.source import exercise_of
from optimlab.exercises import REGISTRY
from optimlab.exercises.editions import FORMS, edition
from optimlab.exercises.judge import judge
from optimlab.exercises.mutants import built
from optimlab.exercises.recognise import is_unwritten, refusal

LESSONS = sorted(Path("lessons").resolve().glob("[0-9][0-9]_*.ipynb"))
SEEDS = (3, 7, 11)
FREE = {"05.3", "07.5", "15.2", "17.4"} | {id for id in REGISTRY if id.startswith("16.")}
VARIED = [id for id, one in REGISTRY.items() if id in FORMS and not one.is_value]


def test_every_exercise_is_varied_or_known_not_to_be():
    assert set(edition("class-7").varied) == set(REGISTRY) - FREE


@pytest.mark.parametrize("id", VARIED)
def test_the_key_passes_and_the_published_answer_does_not(id):
    published = built(REGISTRY[id].solution, REGISTRY[id].name)
    for seed in SEEDS:
        one = edition(f"class-{seed}").registry[id]
        assert judge(one, built(one.solution, one.name)).status == "passed", one.says
        assert not judge(one, published).status.startswith("passed"), one.says


@pytest.mark.parametrize("id", VARIED)
def test_the_stub_is_a_task_with_its_difference_told(id):
    one = edition("class-3").registry[id]
    space = {"np": np, "math": math}
    exec(one.stub, space)
    stub = space[one.name]
    assert is_unwritten(stub)
    told = " ".join(stub.__doc__.split())
    assert "In edition class-3" in told and all(says in told for says in one.says)
    assert refusal({id: one}, one, built(one.solution, one.name)) is None


@pytest.mark.parametrize("id", ["04.1", "07.2", "05.1"])
def test_a_mistake_keeps_its_name_in_every_form(id):
    """The known wrong answers, written in the form by a wrapper of our own, are called what they were."""
    for seed in SEEDS:
        one = edition(f"class-{seed}").registry[id]
        for mistake in REGISTRY[id].mistakes[:12]:
            found = judge(one, in_form(one, mistake.answers[0]))
            if "return" in {name for change in one.changes for name in change.touches}:
                assert found.status in ("mistake", "wrong")
            else:
                assert found.mistake is not None and found.mistake.id == mistake.id, (one.says, mistake.id)


def in_form(one, answer):
    """`answer` as a function of the form's arguments, by the solution's own lines that take them."""
    taken = "".join(f"    {new.old} = {new.take}\n" for new in one.arguments.values())
    source = (f"def {one.name}({', '.join(one.asked)}):\n{taken}"
              f"    return answer({', '.join(one.parameters)})\n")
    if one.returning:
        names = [f"part{i}" for i in range(len(one.returns))]
        source = source.replace("    return answer(", f"    {', '.join(names)} = answer(")
        source += f"    return {one.returning[0].format(*names)}\n"
    space = {"np": np, "answer": answer}
    exec(source, space)
    return space[one.name]


def test_the_momentum_of_seed_9_by_hand():
    """Seed 9 keeps -lr * v in place of v; by hand, with momentum 0.5 and lr 0.1."""
    one = edition("class-9").registry["04.1"]
    assert one.asked == ["w", "grad", "move", "lr", "momentum"]

    def momentum_step(w, grad, move, lr, momentum):
        move = momentum * move - lr * grad
        return w + move, move

    assert momentum_step(1.0, 2.0, -1.0, 0.1, 0.5) == pytest.approx((0.3, -0.7))
    assert check("04.1", momentum_step, edition="class-9").text.startswith("04.1 passed\n")
    assert "mistake" in check("04.1", momentum_step).text.split("\n")[0]


def test_the_lettered_question_has_its_options_in_another_order():
    one, base = edition("class-7").registry["00.2"], REGISTRY["00.2"]
    assert one.answer != base.reference()
    letter = one.answer
    assert check("00.2", letter, edition="class-7").passed
    assert not check("00.2", base.reference(), edition="class-7").passed
    climbing = re.search(rf"(?m)^#     {letter}    (.*\n#          .*)$", one.stub)[1]
    assert "0.9 * v - grad" in climbing and "lr * v" in climbing
    assert sorted(one.stub) == sorted(base.stub)


def test_a_seed_gives_the_same_edition_and_another_seed_another():
    assert edition.__wrapped__("class-7").registry["07.2"].stub == edition("class-7").registry["07.2"].stub
    forms = {edition(f"class-{seed}").registry["07.2"].stub.replace(str(seed), "") for seed in range(10)}
    assert len(forms) >= 8


def test_a_published_answer_is_refused_by_the_names_of_its_arguments():
    one = edition("class-7").registry["04.1"]
    text = check("04.1", built(REGISTRY["04.1"].solution, "momentum_step"), edition="class-7").text
    assert "those of another edition" in text and ", ".join(one.asked) in text


@pytest.mark.parametrize("name", ["class", "class-x", "7", 7, "Class-7", "class--7"])
def test_what_is_no_edition_is_said_in_one_sentence(name):
    said = check("04.1", print, edition=name)
    assert said.status == "error" and "class-7" in said.text and "\n" not in said.text


def test_ready_gives_the_published_form_back():
    one = edition("class-7").registry["04.1"]
    step = ready("04.1", built(one.solution, one.name), edition="class-7")
    w, velocity = step(np.array([1.0]), np.array([2.0]), np.array([10.0]), lr=0.1, momentum=0.5)
    assert w == pytest.approx([0.3]) and velocity == pytest.approx([7.0])
    ours = ready("04.1", None, edition="class-7")
    assert ours(1.0, 2.0, 10.0, 0.1, 0.5) == pytest.approx((0.3, 7.0))


def test_in_place_changes_are_seen_through_the_form():
    one = edition("class-7").registry["00.1"]

    def gd_step(*args):
        given = dict(zip(one.asked, args, strict=True))
        grad = given.get("grad", -given.get("downhill", 0.0))
        lr = next(given[key] / 1000 if key.startswith("milli") else given[key] if key == "lr"
                  else 10.0 ** given[key] for key in given if "lr" in key)
        if "downhill" in given:
            given["downhill"] *= 2
        else:
            given["w"] -= 0.0 * grad
            given["grad"] *= 2
        return given["w"] - lr * grad

    found = judge(one, gd_step)
    assert found.mistake is not None and found.habits.changed


# The notebooks


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    target = tmp_path_factory.mktemp("term") / "class-7"
    release(LESSONS, "class", 7, target)
    return target


def test_a_release_has_notebooks_for_students_and_a_key_apart(released):
    names = [path.name for path in LESSONS]
    assert sorted(path.name for path in (released / "lessons").iterdir()) == names
    assert sorted(path.name for path in (released / "key").iterdir()) == sorted([*names, "answers.md"])
    about = json.loads((released / "edition.json").read_text())
    assert about["edition"] == "class-7" and about["lessons"] == names


def test_no_solution_stands_in_a_students_notebook(released):
    registry = edition("class-7").registry
    for path in (released / "lessons").iterdir():
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        assert notebook.metadata.optimlab.edition == "class-7"
        for cell in notebook.cells:
            if id := exercise_of(cell):
                one = registry[id]
                assert cell.source == f'{one.stub.strip()}\n\ncheck("{id}", {one.name}, edition="class-7")'
                assert "passed" not in str(cell.outputs)
                if not one.is_value and not one.start:  # a patient's cure may be a line that it has already
                    code = one.solution.split('"""')[-1].strip().splitlines()[-1].strip()
                    assert code not in cell.source


def test_every_check_and_ready_of_a_lesson_names_the_edition(released):
    for path in (released / "lessons").iterdir():
        notebook = nbformat.read(path, as_version=4)
        source = "\n".join(cell.source for cell in notebook.cells)
        calls = re.findall(r"""\b(?:check|ready)\("\d\d\.\d+", [^)]*\)""", source)
        assert calls and all(call.endswith('edition="class-7")') for call in calls)


def test_a_lesson_uses_an_answer_only_through_ready():
    """So that the cells below run, whatever the form."""
    for path in LESSONS:
        notebook = nbformat.read(path, as_version=4)
        exercises = [REGISTRY[exercise_of(cell)] for cell in notebook.cells if exercise_of(cell)]
        names = {one.name for one in exercises if not one.start}  # a patient runs as it came
        for cell in notebook.cells:
            if cell.cell_type == "code" and not exercise_of(cell):
                tree = ast.parse(cell.source)
                handed = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Call)
                          and getattr(node.func, "id", "") in ("check", "ready") for part in node.args}
                used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
                        and node.id in names and id(node) not in handed]
                assert not used, (path.name, used)


def test_the_key_is_the_answer_to_every_check(released):
    for path in (released / "key").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if id := exercise_of(cell):
                space = {"np": np, "math": math, "check": check}
                exec(cell.source.rpartition("\n\n")[0], space)
                assert check(id, space[REGISTRY[id].name], edition="class-7").passed, id
    text = (released / "key" / "answers.md").read_text(encoding="utf-8")
    assert "## 04.1 One step with momentum" in text and "def momentum_step(" in text


def test_a_release_never_writes_over_anything(released):
    with pytest.raises(LessonError, match="not empty"):
        release(LESSONS, "class", 7, released)


def test_a_cell_tagged_as_a_solution_is_left_out():
    notebook = nbformat.read(LESSONS[0], as_version=4)
    notebook.cells[2].metadata["tags"] = ["solution"]
    kept = editions.for_class(notebook, edition("class-7"))
    assert len(kept.cells) == len(notebook.cells) - 1


def test_release_on_the_command_line(tmp_path, capsys):
    assert cli.main(["release", "04", "--edition", "class", "--seed", "12", "--to", str(tmp_path / "a")]) == 0
    said = capsys.readouterr().out
    assert "optimlab grade FOLDER --edition class --seed 12" in said and "For you alone" in said
    assert cli.main(["release", "--edition", "class", "--to", str(tmp_path / "b")]) == 2
    assert "--edition and --seed go together" in capsys.readouterr().err
    assert cli.main(["release", "04", "--to", str(tmp_path / "b")]) == 2
    assert "which edition" in capsys.readouterr().err
    assert cli.main(["release", "04", "--edition", "class", "--seed", "12", "--to", str(tmp_path / "a")]) == 2
    assert "not empty" in capsys.readouterr().err
