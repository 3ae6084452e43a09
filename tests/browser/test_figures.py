"""Every live figure, driven as a learner drives it, in a real JupyterLab."""

import ast
import re
from pathlib import Path

import pytest

from optimlab import live

# name: how the first question is answered, words of the reply, a slider and where it goes, what is typed
#       right and wrong, how far the handle is dragged, what Play moves, a task: number, wrong, right
SESSIONS = {
    "anatomy": {
        "guess": "up, like p",
        "reply": "w1 reaches it through w2",
        "slider": "stage",
        "to": "4",
        "shows": "loss = (p − y)²",
        "box": ("stage, as a number", "9", "back: dw1 = da · x"),
        "bad": ("90", "Write a whole number from 0 to 80."),
        "drag": (-60, 30),
        "play": "stage",
        "task": (3, {"learning rate lr, as a number": "0.2"}, {"learning rate lr, as a number": "1"}),
    },
    "cliff": {
        "guess": "It arrives a little sooner",
        "reply": "Longer steps do arrive sooner",
        "slider": "learning rate lr",
        "to": "-0.72",
        "shows": "below 2/λ₂",
        "box": ("learning rate lr, as a number", "0.201", "doubles every 69.7 steps"),
        "bad": ("7", "Write a number from 0.001 to 0.3."),
        "drag": (-60, 30),
        "play": "steps",
        "task": (2, {"learning rate lr, as a number": "0.1"}, {"learning rate lr, as a number": "0.1818"}),
    },
    "conditioning": {
        "guess": "270",
        "reply": "Ten times as many is what gradient descent pays",
        "slider": "condition number κ",
        "to": "2",
        "shows": "κ = 100",
        "box": ("condition number κ, as a number", "1000", "takes 315 steps"),
        "bad": ("0,5", "Write a number from 1 to 1000."),
        "drag": (-60, 30),
        "play": "steps",
        "task": (3, {"condition number κ, as a number": "2"}, {"condition number κ, as a number": "1"}),
    },
    "gradient_scale": {
        "guess": "0.37 as well: the decay is the same",
        "reply": "At size 100 Adam leaves",
        "slider": "weight decay wd",
        "to": "-2",
        "shows": "AdamW leaves 0.90",
        "box": ("size s of the gradients, as a number", "0.01", "Gradients of size 0.01"),
        "bad": ("5000", "Write a number from 0.001 to 1000."),
        "drag": (-60, 0),
        "play": "steps",
        "task": (
            1,
            {"size s of the gradients, as a number": "10"},
            {"size s of the gradients, as a number": "1"},
        ),
    },
    "range_test": {
        "guess": "about 0.08",
        "reply": "It is safe, and 300 steps end at nearly 50",
        "slider": "your mark",
        "to": "0",
        "shows": "your mark 1 ends at",
        "box": ("your mark, as a number", "9", "your mark 9 diverges"),
        "bad": ("50", "Write a number from"),
        "drag": (-60, 0),
        "play": "steps",
        "task": (1, {"your mark, as a number": "0.08"}, {"your mark, as a number": "1.5"}),
    },
    "schedule_designer": {
        "guess": "constant, all the way",
        "reply": "The longest way at full speed",
        "slider": "warm-up, share of the steps",
        "to": "0.2",
        "shows": "warm-up 20 %",
        "box": ("highest rate, as a number", "0.3", "highest rate 0.3"),
        "bad": ("7", "Write a number from 0.01 to 3."),
        "drag": None,
        "play": "steps",
        "task": (
            1,
            {"highest rate, as a number": "0.3"},
            {"highest rate, as a number": "0.56", "shape": "WSD"},
        ),
    },
    "loss_slope": {
        "guess": "about the same",
        "reply": "2 parts in 10,000",
        "slider": "output",
        "to": "-9.2",
        "shows": "squared 2.02·10⁻⁴",
        "box": ("output, as a number", "8", "hinge 0"),
        "bad": ("11", "Write a number from −10 to 10."),
        "drag": (-60, 0),
        "play": "steps",
        "task": (1, {"output, as a number": "-3"}, {"output, as a number": "−0,7"}),
    },
    "phase_map": {
        "guess": "the same share as before",
        "reply": "0.949 again",
        "slider": "a = lr·λ",
        "to": "1.5",
        "shows": "a = 1.5",
        "box": ("a = lr·λ, as a number", "3.9", "runs away"),
        "bad": ("", "Write a number from 0 to 4."),
        "drag": (90, 60),
        "play": "steps",
        "task": (1, {"momentum β, as a number": "0.5"}, {"momentum β, as a number": "0.64"}),
    },
    "noise_ball": {
        "guess": "at the minimum, or as good as",
        "reply": "That is what exact gradients do",
        "slider": "batch size B",
        "to": "16",
        "shows": "B 16: after 20 steps",
        "box": ("learning rate lr, as a number", "0.4", "lr 0.4, B 16"),
        "bad": ("2", "Write a number from 0.001 to 1."),
        "drag": (-60, 30),
        "play": "steps",
        "task": (3, {"learning rate lr, as a number": "0.1"}, {"learning rate lr, as a number": "0.01"}),
    },
}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session(lab, name):
    script = SESSIONS[name]
    (figure,) = lab.show(f"fig = live.{name}()\nfig")
    card, page = figure.card, figure.page

    # before the guess: controls off, no numbers, no tasks
    card.locator(".ol-title").first.wait_for()
    figure.settle()
    assert figure.control(script["slider"]).is_disabled()
    assert figure.button("Play").is_disabled()
    assert card.locator(".ol-numbers > div").count() == 0
    assert not card.locator(".ol-tasks").is_visible()
    lab.shoot(card, f"{name}-1-before")

    # the guess is answered, the figure opens
    figure.predict(script["guess"])
    assert script["reply"] in card.locator(".ol-question .ol-reply").inner_text()
    assert card.get_by_role("button", name="Lock in my guess").count() == 0
    assert figure.control(script["slider"]).is_enabled()
    assert card.locator(".ol-numbers > div").count() >= 3
    lab.shoot(card, f"{name}-2-after")
    height = card.bounding_box()["height"]

    # a slider, dragged: titles and numbers follow; the read-out waits for the release
    slider, before = figure.control(script["slider"]), figure.readout()
    figure.changes(
        lambda: slider.evaluate(
            f"(s) => {{ s.value = {script['to']}; s.dispatchEvent(new Event('input')); }}"
        )
    )
    assert figure.readout() == before
    slider.evaluate("(s) => s.dispatchEvent(new Event('change'))")
    figure.sees(script["shows"])

    # a number, typed; then one that is none: a sentence beside the box, and the picture stays
    label, text, words = script["box"]
    figure.changes(lambda: (figure.control(label).fill(text), figure.control(label).press("Enter")))
    figure.sees(words)
    lab.shoot(card, f"{name}-3-typed")
    good = figure.picture()
    bad, sentence = script["bad"]
    figure.control(label).fill(bad)
    card.get_by_text(sentence).wait_for()
    page.wait_for_timeout(300)
    assert figure.picture() == good
    figure.control(label).fill(text)
    assert card.get_by_text(sentence).count() == 0

    # nothing has jumped
    assert abs(card.bounding_box()["height"] - height) <= 2

    # the start point: by mouse, then by arrow keys
    figure.button("Reset").click()
    figure.settle()
    active = "() => jupyterapp.shell.currentWidget.content.activeCellIndex"
    at = page.evaluate(active)
    if script["drag"]:
        was, now = None, None

        def pull():
            nonlocal was, now
            was, now = figure.drag(script["drag"])

        figure.changes(pull)
        moved = now()
        for axis, pixels in zip("xy", script["drag"], strict=True):
            assert abs(moved[axis] - was[axis]) >= abs(pixels) / 2
        handle = card.locator(".ol-handle").first
        handle.focus()
        figure.changes(lambda: page.keyboard.press("ArrowRight"))
        assert handle.bounding_box()["x"] > moved["x"]
    figure.control(script["slider"]).focus()
    figure.changes(lambda: page.keyboard.press("ArrowRight"))
    assert page.evaluate(active) == at

    # play, pause, step, reset
    figure.button("Reset").click()
    figure.settle()
    count = f"print(fig.values[{script['play']!r}])"
    first = int(figure.run_cell(count))
    figure.button("Step 1").click()
    figure.settle()
    assert int(figure.run_cell(count)) == first + 1
    figure.changes(lambda: figure.button("Step 10").click())
    figure.button("Play").click()
    page.wait_for_timeout(600)
    assert figure.button("Pause").count() == 1
    figure.button("Pause").click()
    figure.settle()
    assert int(figure.run_cell(count)) > first + 11
    figure.changes(lambda: figure.button("Reset").click())
    assert int(figure.run_cell(count)) == first

    # a task: wrong, then right
    number, wrong, right = script["task"]
    card.get_by_role("button", name=f"Task {number}").click()
    for boxes, verdict in ((wrong, "Not yet."), (right, "✓")):
        for box, value in boxes.items():
            control = figure.control(box)
            if control.evaluate("(control) => control.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
                control.press("Enter")
        figure.settle()
        card.locator(".ol-task").get_by_role("button", name="Check").click()
        card.locator(".ol-task .ol-reply", has_text=verdict).wait_for()
    assert card.get_by_role("button", name=f"Task {number} ✓").count() == 1
    lab.shoot(card, f"{name}-4-task")

    # the code that recreates all this
    figure.button("Copy as code").click()
    card.locator(".ol-code code").wait_for()
    code = card.locator(".ol-code code").inner_text()
    assert page.evaluate("() => navigator.clipboard.readText()") == code
    again = eval(code, {"live": live})  # noqa: S307
    shown = ast.literal_eval(figure.run_cell("print(fig.values)"))
    assert {k: v for k, v in again.values.items() if k not in ("lr", "beta")} == {
        k: v for k, v in shown.items() if k not in ("lr", "beta")
    }
    assert re.fullmatch(rf"live\.{name}\(.*\)", code)

    # run once more: it stands open and says what was guessed
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    lab.wait_idle(page)
    page.locator(".ol-card").first.locator(".ol-done").wait_for()
    assert figure.control(script["slider"]).is_enabled()

    assert lab.tracebacks(page) == []
    assert lab.errors == []


def test_decay_now_takes_the_present_step(lab):
    (figure,) = lab.show("fig = live.noise_ball.task(4, steps=90)\nfig")
    card = figure.card
    figure.predict("about as far away as after 100 steps")
    figure.button("decay now").click()
    figure.settle()
    assert figure.run_cell("print(fig.values['decay_at'])") == "90"
    figure.changes(lambda: figure.button("Step 10").click())
    figure.sees("from step 90 on 0.01")
    card.locator(".ol-task").get_by_role("button", name="Check").click()
    card.locator(".ol-task .ol-reply", has_text="✓").wait_for()
    figure.control("average the last half of the steps").check()
    figure.sees("Their averages are")
    lab.shoot(card, "noise_ball-5-decay")
    figure.button("no decay").click()
    figure.settle()
    card.locator(".ol-task").get_by_role("button", name="Check").click()
    card.locator(".ol-task .ol-reply", has_text="Nothing has decayed yet").wait_for()
    assert lab.errors == []


def test_adam_takes_typed_gradients_and_loses_its_correction(lab):
    (figure,) = lab.show("fig = live.adam()\nfig")
    card = figure.card
    figure.predict("by 1000 lr and by 0.001 lr")
    figure.sees("move the two weights by 1 and 0.99999 lr")
    figure.control("bias correction").uncheck()
    figure.sees("Step 1 without correction")
    figure.button("Step 10").click()
    figure.button("Step 1").click()
    figure.sees("the longest move so far is 6.57 lr, at step 12")
    lab.shoot(card, "adam-1-uncorrected")
    figure.button("Reset").click()
    figure.button("More").click()
    figure.control("gradients").select_option("typed")
    box = figure.control("typed gradients, again and again")
    assert box.input_value() == "1, 1, 1, −5"
    box.fill("2; -1 nonsense")
    card.get_by_text("Write a list of numbers from −1000 to 1000, such as 1, -2, 0.5.").wait_for()
    box.fill("0.5, -4")
    box.press("Enter")
    figure.button("Step 1").click()
    figure.sees("Step 2: gradients −4000 and −0.004")
    figure.button("Copy as code").click()
    card.locator(".ol-code code", has_text='live.adam(stream="typed", steps=2, typed=[0.5,-4])').wait_for()
    card.get_by_role("button", name="Task 4").click()
    for eps, verdict in (("0.001", "Not yet."), ("50", "✓")):
        figure.control("eps, as a number").fill(eps)
        figure.control("eps, as a number").press("Enter")
        figure.settle()
        card.locator(".ol-task").get_by_role("button", name="Check").click()
        card.locator(".ol-task .ol-reply", has_text=verdict).wait_for()
    lab.shoot(card, "adam-2-task")
    assert lab.errors == []


def test_a_restarted_kernel_is_said(lab):
    figure, question = lab.show("live.cliff()", "predict('02.kappa')")
    figure.predict("It runs away")
    lab.restart(figure.page)
    figure.card.locator(".ol-status", has_text="The kernel was restarted. Run this cell again").wait_for(
        timeout=30_000
    )
    assert figure.control("learning rate lr").is_disabled()
    assert figure.button("Play").is_disabled()
    assert figure.card.locator(".ol-handle").first.is_disabled()
    assert "The kernel was restarted" in question.card.inner_text()
    lab.shoot(figure.card, "restarted")


def test_a_busy_kernel_is_said_and_the_newest_value_is_drawn(lab):
    (figure,) = lab.show(
        "fig = live.cliff()\nanswer, seen = fig._on_draw, []\n"
        "def slowly(message):\n    seen.append(message['values']['lr'])\n    time.sleep(0.15)\n    return "
        "answer(message)\n"
        "fig._on_draw = slowly\nfig",
    )
    figure.predict("It runs away")
    slider = figure.control("learning rate lr")
    slider.evaluate(
        """async (s) => {
            for (let i = 0; i <= 60; i++) {
                s.value = -3 + 0.04 * i;
                s.dispatchEvent(new Event('input'));
                await new Promise((go) => setTimeout(go, 10));
            }
            s.dispatchEvent(new Event('change'));
        }"""
    )
    figure.settle()
    seen = ast.literal_eval(figure.run_cell("print(seen)"))
    assert seen[0] == 0.05  # the picture after the guess
    assert len(seen) < 20
    assert seen[1:] == sorted(seen[1:])
    assert seen[-1] == 0.251
    assert "0.251" in figure.readout()
    slow = "def slowly(message):\n    time.sleep(3)\n    return answer(message)\n"
    slow += "fig._on_draw = slowly\nprint('slow')"
    assert figure.run_cell(slow) == "slow"
    slider.evaluate("(s) => { s.value = -2; s.dispatchEvent(new Event('change')); }")
    figure.card.locator(".ol-status", has_text="The kernel is busy").wait_for(timeout=6_000)
    figure.sees("lr 0.01 is below")
    assert figure.card.locator(".ol-status").inner_text() == ""
    assert lab.errors == []


def test_labels_of_an_axis_are_powers_of_ten_only_where_all_of_them_are(browser):
    script = (Path(live.__file__).parent / "figure.js").read_text(encoding="utf-8")
    wanted = r"^(const (?:shown|superscript) = .*?;$|function tickLabels.*?^}$)"
    parts = re.findall(wanted, script, re.MULTILINE | re.DOTALL)
    page = browser.new_page()

    def labels(*ticks):
        return page.evaluate(f"(ticks) => {{ {' '.join(parts)}; return tickLabels(ticks); }}", ticks)

    assert labels(0, 5000, 10_000, 15_000) == ["0", "5000", "10000", "15000"]
    assert labels(1e-5, 1e-3, 0.1, 1, 10) == ["10⁻⁵", "10⁻³", "10⁻¹", "1", "10¹"]
    assert labels(-0.5, 0, 1000) == ["−0.5", "0", "1000"]
    page.close()


def test_predict_and_quiz(lab):
    ask = "from optimlab.questions import Question\n"
    guess, quiz = lab.show(
        ask
        + "predict(Question('t.a', 'How many moves?', unit='moves', answer=2, reply='One for each axis.'))",
        ask + "quiz(Question('t.b', 'Which axis limits `lr`?', ('the flat one', 'the steep one'), "
        "answer='the steep one', replies={'the flat one': 'It only costs time.', 'the steep one': 'It "
        "explodes.'}, "
        "again=True))",
    )
    page = guess.page
    guess.button("Lock in my guess").click()
    guess.card.get_by_text("Write a number, for example 10.").wait_for()
    guess.control("Your guess, in moves").fill("23")
    guess.control("Your guess, in moves").press("Enter")
    guess.card.get_by_text("You wrote 23 moves. The answer is 2 moves. One for each axis.").wait_for()
    assert guess.control("Your guess, in moves").is_disabled()
    assert quiz.card.locator("code").inner_text() == "lr"
    quiz.control("the flat one").check()
    quiz.button("Check").click()
    quiz.card.get_by_text("Not yet. It only costs time.").wait_for()
    quiz.control("the steep one").check()
    quiz.button("Check").click()
    quiz.card.get_by_text("Right. It explodes.").wait_for()
    lab.shoot(guess.card, "predict")
    lab.shoot(quiz.card, "quiz")
    assert page.locator(".optimlab-still-question").count() == 0
    assert lab.errors == []


def test_a_narrow_dark_window_and_a_finger(lab):
    (figure,) = lab.show(
        "live.phase_map()",
        viewport={"width": 430, "height": 2600},
        has_touch=True,
        reduced_motion="reduce",
        device_scale_factor=2,
    )
    page, card = figure.page, figure.card
    lab.theme(page, "Dark")
    figure.predict("the same share as before")
    panels = [card.locator(".ol-panel").nth(i).bounding_box() for i in range(4)]
    assert len({round(panel["x"]) for panel in panels}) == 1
    assert [p["y"] for p in panels] == sorted(p["y"] for p in panels)
    assert card.evaluate("(c) => c.scrollWidth <= c.clientWidth + 1")
    sharp = card.locator("canvas").first.evaluate("(c) => c.width / c.clientWidth")
    assert sharp == pytest.approx(2, abs=0.02)
    assert card.evaluate("(c) => getComputedStyle(c).backgroundColor") == "rgb(255, 255, 255)"
    figure.button("Play").tap()
    figure.settle()
    assert figure.control("steps").input_value() == "100"
    lab.shoot(card, "narrow-dark")

    # a finger on the handle
    handle = card.locator(".ol-handle").first
    before = handle.bounding_box()
    figure.changes(
        lambda: handle.evaluate(
            """(h) => {
                const at = h.getBoundingClientRect(), x = at.x + 16, y = at.y + 16;
                const finger = (kind, dx) => new PointerEvent(kind, {
                    pointerId: 9, pointerType: 'touch', isPrimary: true, bubbles: true, button: 0,
                    clientX: x + dx, clientY: y + 10,
                });
                h.setPointerCapture = () => {};
                h.dispatchEvent(finger('pointerdown', 0));
                h.dispatchEvent(finger('pointermove', 60));
                h.dispatchEvent(finger('pointerup', 60));
            }"""
        )
    )
    assert handle.bounding_box()["x"] > before["x"] + 40
    assert handle.evaluate("(h) => getComputedStyle(h).touchAction") == "none"
    lab.theme(page, "Light")
    assert lab.errors == []


def test_the_clock_and_the_window(lab):
    (figure,) = lab.show("fig = live.adagrad_clock.task(3)\nfig")
    card = figure.card
    assert figure.control("RMSprop's α").is_disabled()
    figure.predict("0, it has stopped")
    assert "It never stops, it only slows down" in card.locator(".ol-question .ol-reply").inner_text()
    figure.sees("Adagrad is within 1 % after 1077 steps, RMSprop with α 0.99 within 1 % after 149 steps")
    task = card.locator(".ol-task")
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="Not yet. With α 0.99 it takes 149 steps").wait_for()
    alpha = figure.control("RMSprop's α, as a number")
    figure.changes(lambda: (alpha.fill("0.9"), alpha.press("Enter")))
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="✓ Yes, 47 steps").wait_for()
    lab.shoot(card, "adagrad_clock-task")
    figure.control("gradients").select_option("also a rare one, 1 in 100")
    figure.sees("Adagrad's rate for it is")
    figure.button("every gradient 1").click()
    figure.sees("in step 10000 Adagrad's rate is 0.01, RMSprop's with α 0.9 is 1")
    assert lab.tracebacks(figure.page) == []
    assert lab.errors == []


def test_a_valley_that_is_turned(lab):
    own = "def step(w, grad, lr):\n    return w - lr * grad\n"
    (figure,) = lab.show(own + "fig = live.rotated_valley(own=step, degrees=45)\nfig")
    card = figure.card
    figure.predict("5, it adapts")
    assert "After the turn it takes 987" in card.locator(".ol-question .ol-reply").inner_text()
    figure.sees("step diverged at step")
    card.get_by_role("button", name="Task 1").click()
    figure.settle()
    task = card.locator(".ol-task")
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="Which lr is good at 0° only?").wait_for()
    lr = figure.control("one lr for all angles, as a number")
    figure.changes(lambda: (lr.fill("0.05"), lr.press("Enter")))
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="✓ Yes: 4.34 times the steps").wait_for()
    lab.shoot(card, "rotated_valley-task")
    figure.control("its best lr at every angle").check()
    figure.sees("Median of 40 starts with the best lr at this angle: 230 at 0°, 240 at 45°")
    assert lab.tracebacks(figure.page) == []
    assert lab.errors == []


def test_a_spectrum_before_and_after(lab):
    own = "def half(G, steps):\n    return G / 2\n"
    (figure,) = lab.show(own + "fig = live.spectrum.task(2, own=half)\nfig")
    card = figure.card
    assert figure.control("rounds").is_disabled()
    figure.predict("exactly equal")
    assert "it never settles at 1" in card.locator(".ol-question .ol-reply").inner_text()
    figure.sees("Yours lie from")
    task = card.locator(".ol-task")
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="Not yet. After 2 rounds they are still 82.8 times apart").wait_for()
    figure.button("Muon, 5 rounds").click()
    figure.sees("2.12 times apart")
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="✓ Yes: 2.12 times apart after 5 rounds").wait_for()
    lab.shoot(card, "spectrum-task")
    figure.control("matrix").select_option("a network's gradient")
    figure.sees("some of them are 0 and stay 0")
    lab.shoot(card, "spectrum-network")
    assert lab.tracebacks(figure.page) == []
    assert lab.errors == []


def test_the_ladder_of_rho_and_steps(lab):
    (figure,) = lab.show("fig = live.rho_ladder.task(1)\nfig")
    card = figure.card
    figure.predict("about 0.45")
    assert "Fifty factors of 0.9 make 0.005" in card.locator(".ol-question .ol-reply").inner_text()
    figure.sees("the gradient vanishes, 0.00515 times its length")
    task = card.locator(".ol-task")
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="Not yet. After 50 steps 0.00515 is left").wait_for()
    rho = figure.control("ρ, the factor of one step, as a number")
    figure.changes(lambda: (rho.fill("0.986"), rho.press("Enter")))
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="✓ Yes: 0.986 to the power 50 is 0.494").wait_for()
    figure.button("explodes").click()
    figure.sees("ρ 1.1, 50 steps back: the gradient explodes, 117 times its length")
    lab.shoot(card, "rho_ladder-task")
    assert lab.tracebacks(figure.page) == []
    assert lab.errors == []


def test_the_fair_race(lab):
    (figure,) = lab.show("fig = live.fair_race.task(2)\nfig")
    card = figure.card
    assert figure.control("learning rates").is_disabled()
    figure.predict("Momentum wins")
    assert "From gone to first" in card.locator(".ol-question .ol-reply").inner_text()
    task = card.locator(".ol-task")
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="Not yet. Here SGD is number").wait_for()
    figure.control("problem").select_option("moons net")
    figure.sees("Moons net, each its own best")
    task.get_by_role("button", name="Check").click()
    task.locator(".ol-reply", has_text="✓ Yes: SGD is last").wait_for()
    figure.control("problem").select_option("Beale")
    figure.sees("Beale, each its own best")
    figure.button("lr 0.1 for all").click()
    figure.sees("Beale, one lr for all")
    figure.control("problem").select_option("turned valley")
    figure.changes(lambda: figure.drag((60, 40)))
    lab.shoot(card, "fair_race-task")
    assert lab.tracebacks(figure.page) == []
    assert lab.errors == []
