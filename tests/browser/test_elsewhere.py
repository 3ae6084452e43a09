"""Not only JupyterLab: Notebook 7, and hosts that keep no more than anywidget's protocol (VS Code, Colab)."""

import base64
import json

import pytest

from optimlab import live
from optimlab.live.figure import HERE

# What such a host does: it imports the module from a blob, gives it a model and an element, and hands on
# messages whose buffers are DataViews, here in the middle of a larger buffer.
HOST = """
async ([esm, css, spec, shadow]) => {
    const blob = URL.createObjectURL(new Blob([esm], { type: 'text/javascript' }));
    const module = await import(blob);
    URL.revokeObjectURL(blob);
    const listeners = [];
    const model = {
        get: (name) => JSON.parse(spec)[name],
        on: (name, hear) => name === 'msg:custom' && listeners.push(hear),
        off: (name, hear) => listeners.splice(listeners.indexOf(hear), 1),
        send: async (content) => {
            const [reply, buffers] = JSON.parse(await window.kernel(JSON.stringify(content)));
            const views = buffers.map((text) => {
                const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
                const large = new Uint8Array(bytes.length + 24);
                large.set(bytes, 12);
                return new DataView(large.buffer, 12, bytes.length);
            });
            for (const hear of listeners) hear(reply, views);
        },
    };
    let place = document.createElement('div');
    document.body.append(place);
    if (shadow) place = place.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = css;
    const el = document.createElement('div');
    place.append(style, el);
    window.cleanup = await module.default.render({ model, el });
    window.listening = () => listeners.length;
}
"""


def test_the_server_sends_at_once_what_the_kernel_answers(server):
    log = (server[2].parent / "server.log").read_text(encoding="utf-8")
    assert "optimlab.server | extension was successfully loaded" in log


@pytest.fixture
def host(browser, monkeypatch, tmp_path):
    """show(widget) -> a page without Jupyter that shows it; the widget answers in this process."""
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "progress.json"))
    context = browser.new_context(viewport={"width": 1000, "height": 1700})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))

    def show(widget, shadow=False):
        def kernel(text):
            sent = []
            widget.send = lambda content, buffers=None: sent.append((content, buffers or []))
            widget._handle_custom_msg(json.loads(text), [])
            ((content, buffers),) = sent
            return json.dumps([content, [base64.b64encode(bytes(b)).decode() for b in buffers]])

        page.expose_function("kernel", kernel)
        page.goto("about:blank")
        esm, css = ((HERE / f"figure.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
        page.evaluate(HOST, [esm, css, json.dumps({"spec": widget.spec}), shadow])
        return page

    yield show
    assert errors == []
    context.close()


@pytest.mark.parametrize("shadow", [False, True], ids=["page", "shadow root"])
@pytest.mark.parametrize("name", ["cliff", "phase_map", "dashboard"])
def test_a_host_that_only_keeps_the_protocol(host, name, shadow):
    figure = getattr(live, name)()
    page = host(figure, shadow)
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Play").wait_for()
    before = page.locator("canvas").evaluate_all("all => all.map(c => c.toDataURL()).join()")
    page.get_by_role("button", name="Step 10").click()
    page.wait_for_function(
        "([before, shadow]) => { const root = shadow ? document.body.lastElementChild.shadowRoot : document;"
        " return [...root.querySelectorAll('canvas')].map(c => c.toDataURL()).join() !== before; }",
        arg=[before, shadow],
    )
    page.wait_for_timeout(300)
    assert figure.values["steps"] > figure.spec["values"]["steps"]
    page.evaluate("() => window.cleanup()")
    assert page.evaluate("() => window.listening()") == 0


def test_a_question_in_such_a_host(host):
    page = host(live.predict("02.kappa"))
    page.get_by_label("Your guess, in steps").fill("700")
    page.get_by_role("button", name="Lock in my guess").click()
    page.get_by_text("The answer is 6908 steps.").wait_for()


def test_notebook_7(lab):
    page = lab.open(["from optimlab import live", "live.cliff()", "live.dashboard(lr=0.3)"], app="notebook")
    lab.run_all(page)
    page.locator(".ol-card").nth(1).wait_for()
    cliff, dashboard = lab.drivers(page)
    cliff.predict("It runs away")
    slider = cliff.control("learning rate lr")
    slider.focus()
    cliff.changes(lambda: page.keyboard.press("ArrowRight"))
    dashboard.card.scroll_into_view_if_needed()
    dashboard.predict("it climbs to 20 and stays there")
    dashboard.changes(lambda: dashboard.button("Step 10").click())
    assert "step 10:" in dashboard.readout()
    lab.shoot(dashboard.card, "notebook-7")
    assert lab.tracebacks(page) == []
    # Notebook 7 misses a schema of its own where settings of JupyterLab lie beside it.
    assert [error for error in lab.errors if "reading 'schema'" not in error] == []


def test_a_training_pauses_changes_and_lets_other_cells_run(lab):
    (figure,) = lab.show("fig = live.dashboard(model='RNN, sunspots', length=50)\nfig")
    figure.predict("it climbs to 20 and stays there")
    step = figure.card.locator(".ol-numbers dd").first

    def stands():
        return int(step.inner_text())

    figure.button("Play").click()
    figure.page.wait_for_function("(node) => Number(node.textContent) > 5", arg=step.element_handle())
    assert figure.run_cell("print('another cell')") == "another cell"  # while it trains
    seen = stands()
    slider = figure.control("learning rate lr")
    slider.evaluate("(s) => { s.value = -2; s.dispatchEvent(new Event('input')); }")
    slider.evaluate("(s) => s.dispatchEvent(new Event('change'))")
    figure.page.wait_for_function(
        "([node, seen]) => Number(node.textContent) > seen", arg=[step.element_handle(), seen]
    )
    figure.button("Pause").click()
    figure.page.wait_for_timeout(1000)
    paused = stands()
    figure.page.wait_for_timeout(700)
    assert stands() == paused
    assert f"step {paused}" in figure.readout() and "lr 0.01" in figure.readout()
    figure.button("Copy as code").click()
    code = figure.card.locator(".ol-code code").inner_text()
    assert f"steps={paused}" in code and "{'lr': 0.01}" in code
    again = lab.add(figure.page, code)  # once it is seen, it trains to where this one stands
    again.card.scroll_into_view_if_needed()
    again.sees(f"step {paused}:", seconds=30)
    assert again.readout() == figure.readout()
    figure.button("Reset").click()
    figure.card.locator(".ol-readout", has_text="before the first step").wait_for()
    assert stands() == 0
    assert lab.errors == []


def test_what_fails_is_said_over_the_last_good_picture(lab):
    (figure,) = lab.show(
        "def mine(w, grad, t, lr):\n    return w - lr * grad if t < 37 else 1 / 0\n"
        "live.dashboard(optimizer='yours', own=mine)"
    )
    figure.predict("it climbs to 20 and stays there")
    figure.button("Play").click()
    trouble = figure.card.locator(".ol-trouble")
    trouble.wait_for()
    assert "mine stopped at step 37: ZeroDivisionError: division by zero" in trouble.inner_text()
    assert trouble.get_attribute("role") == "alert"
    assert figure.card.locator(".ol-numbers dd").first.inner_text() == "36"  # what went well is drawn
    lab.shoot(figure.card, "trouble")
    assert lab.violations(figure.card) == []
    figure.card.get_by_label("optimizer", exact=True).select_option(label="Adam")
    trouble.wait_for(state="hidden")
    figure.changes(lambda: figure.button("Step 10").click())
    assert lab.errors == []
