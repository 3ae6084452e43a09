"""What passes between a room and the judge; an answer behaves behind the wall as it does before it."""

import io

import numpy as np
import pytest

from optimlab.exercises import REGISTRY
from optimlab.exercises.guard import TimeUp
from optimlab.exercises.judge import judge
from optimlab.exercises.trace import AnswerStopped
from optimlab.grading import wire
from optimlab.grading.remote import Gone, Room

MATH = "import math\nimport numpy as np\n\n"
TIMED = ("16.1", "16.5")  # the others of the clinic pass the wall in the same way, a second each
EVERY = [id for id, one in REGISTRY.items()
         if not one.is_value and (one.lesson != "16" or id in TIMED)]


@pytest.fixture(scope="module")
def room():
    with Room() as room:
        yield room


def there_and_back(value):
    stream = io.BytesIO()
    wire.Peer(None, stream).send(value=value)
    stream.seek(0)
    return wire.Peer(stream, None).receive()["value"]


@pytest.mark.parametrize("value", [
    None, True, 3, -(10**30), 0.1, float("inf"), "text \u00e4", ..., 1 + 2j, [1, [2.0, "x"]], (1, (2,)),
    {"a": [1.0], 2: None}, np.float32(0.1), np.int64(3), np.bool_(True),
])
def test_plain_values_come_through_as_they_are(value):
    back = there_and_back(value)
    assert type(back) is type(value) and back == value


@pytest.mark.parametrize("array", [
    np.arange(6.0).reshape(2, 3).T, np.array(3), np.zeros((0, 2)), np.array([1], np.float16),
    np.array(["ab", "c"]), np.array([True]), np.array([np.nan, -np.inf]),
])
def test_arrays_come_through_with_type_and_shape(array):
    back = there_and_back(array)
    assert back.dtype == array.dtype and back.shape == array.shape
    assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")


def test_a_generator_of_random_numbers_goes_on_where_it_was():
    rng = np.random.default_rng(3)
    rng.random(5)
    assert there_and_back(rng).random() == rng.random()


def test_what_is_no_plain_value_arrives_as_the_name_of_its_type():
    class Secret:
        pass

    back = there_and_back([Secret(), np.array([Secret()], object)])
    assert type(back[0]).__name__ == "Secret" and isinstance(back[0], wire.Other)
    assert isinstance(back[1], wire.Other)


def test_a_list_that_contains_itself_ends():
    endless = []
    endless.append(endless)
    assert there_and_back(endless)


@pytest.mark.parametrize("bytes", [
    b"", b"04.1 passed", b"\x7a\x0b\x00\x00" + b"\xff" * 40,
    b"\x7a\x0b\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00[]",
    b"\x7a\x0b\x00\x00\x0d\x00\x00\x00\x00\x00\x00\x00" + b'{"v": {"z":1}}',
])
def test_what_is_no_message_closes_the_wall(bytes):
    with pytest.raises(wire.Closed):
        wire.Peer(io.BytesIO(bytes), None).receive()


@pytest.mark.parametrize("id", EVERY)
def test_every_solution_passes_behind_the_wall(room, id):
    room.define(MATH + REGISTRY[id].solution, REGISTRY[id].name, 60)
    assert judge(REGISTRY[id], room.function(REGISTRY[id].name)).status == "passed"


BODIES = {
    "GD-INPLACE": "velocity *= momentum\n    velocity += grad\n    w -= lr * velocity\n"
                  "    return w, velocity",
    "MOM-CLASSVAR": "global n\n    n = n + 1\n    return w - n * lr * (momentum * velocity + grad), "
                    "momentum * velocity + grad",
    "GD-SIGN": "velocity = momentum * velocity + grad\n    return w + lr * velocity, velocity",
}


@pytest.mark.parametrize("id", BODIES)
def test_a_mistake_has_its_name_behind_the_wall(room, id):
    exercise, body = REGISTRY["04.1"], BODIES[id]
    source = f"n = 0\ndef momentum_step(w, grad, velocity, lr, momentum):\n    {body}\n"
    room.define(source, "momentum_step", 20)
    found, space = judge(exercise, room.function("momentum_step")), {}
    exec(source, space)
    here = judge(exercise, space["momentum_step"])
    assert found.habits == here.habits
    assert found.mistake.id == id


def stopped(room, body, seconds=5):
    room.define(f"def f(x):\n    {body}\n", "f", seconds)
    with pytest.raises(AnswerStopped) as caught:
        room.function("f")(np.ones(2))
    return caught.value.stop


def test_an_exception_comes_with_its_line(room):
    stop = stopped(room, "y = 1\n    return x / nothing")
    assert (stop.kind, stop.line) == ("NameError", "line 3 of f: return x / nothing")


def test_a_callback_that_is_asked_without_end_ends_the_call():
    exercise = REGISTRY["02.4"]
    with Room() as own:
        source = "def armijo(f, x, fx, g, d, alpha0, rho, c):\n    while True:\n        f(x)\n"
        own.define(source, "armijo", 20)
        found = judge(exercise, own.function("armijo"))
    assert found.difference.stop.kind == "endless"


def test_an_endless_loop_is_ended_and_the_room_can_be_used_again():
    with Room() as own:
        own.define("def f(x):\n    while True:\n        pass\n", "f", 0.5)
        with pytest.raises(TimeUp):
            own.function("f")(1)
        own.define("def f(x):\n    return x + 1\n", "f", 5)
        assert own.function("f")(1) == 2


def test_an_exit_is_no_answer():
    with Room() as own:
        own.define("import os\ndef f(x):\n    os._exit(0)\n", "f", 5)
        with pytest.raises(Gone):
            own.function("f")(1)


REFUSED = {
    "from optimlab.exercises import REGISTRY": "import optimlab.exercises",
    "from optimlab.grading import points": "import optimlab.grading",
    "open(__import__('optimlab').__file__.replace('__init__', 'exercises/lesson_04'))": "read lesson_04.py",
    "open('/tmp/x_optimlab', 'w')": "write the file x_optimlab",
    "__import__('subprocess').run(['true'])": "start a process",
    "__import__('os').system('true')": "start a process",
    "__import__('os').fork()": "start a process",
    "__import__('multiprocessing').get_context('spawn').Process(target=print).start()": "start a process",
    "__import__('os').kill(__import__('os').getppid(), 9)": "end another process",
    "__import__('ctypes').CDLL(None)": "call into C",
    "__import__('socket').create_connection(('127.0.0.1', 1))": "reach the network",
    "open(f'/proc/{__import__(\"os\").getppid()}/mem')": "look into a process",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_no_answer_has_a_reason_to_do_is_refused_and_told(room, line):
    room.told = []
    stopped(room, line)
    assert any(REFUSED[line] in told for told in room.told), room.told


def test_the_folder_of_the_hand_ins_is_closed(tmp_path):
    (tmp_path / "bob.ipynb").write_text("{}")
    with Room(closed=[str(tmp_path)]) as own:
        stopped(own, f"return open({str(tmp_path / 'bob.ipynb')!r}).read()")
        assert "tried to read bob.ipynb, which holds answers or the grading" in own.told


def test_a_room_that_cannot_start_is_not_the_students_fault():
    with Room(megabytes=1) as own, pytest.raises(RuntimeError, match="no process could be started"):
        own.define("def f(x):\n    return x\n", "f", 5)


def test_memory_has_a_limit():
    with Room(megabytes=900) as own:
        assert stopped(own, "return bytearray(2_000_000_000)").kind == "MemoryError"


def test_a_thread_that_is_left_is_told():
    with Room() as own:
        source = ("import threading, time\ndef f(x):\n"
                  "    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n    return x\n")
        own.define(source, "f", 5)
        try:
            own.function("f")(1)
        except AnswerStopped as refused:  # where the system lets nobody but root start one
            assert refused.stop.kind == "RuntimeError"
        assert any("thread" in told for told in own.told)
