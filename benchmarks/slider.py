"""From a moved slider to the new picture, in Chromium inside a real JupyterLab.

One drawing, live.cliff's (contours, a path of 200 steps, two curves, a number line), made in two ways:
    interact    the same frame drawn by matplotlib, with ipywidgets.interact and plt.show()
    live        the canvas fed by the kernel, alone and then with three more live figures in the notebook
For each: milliseconds from the slider's event until the new picture stands on the page, over a number of
moves; of these, how many until it is drawn on its canvas, the rest is the wait for the screen's next
refresh; and for the live figure the pictures a second while the slider is dragged.
Then live.dashboard: pictures a second in training, how long a step comes after Pause was pressed, and how
long another cell waits for its turn.

    python benchmarks/slider.py            all tables, about two minutes
    python benchmarks/slider.py --moves 15
"""

import argparse
import contextlib
import importlib.util
import os
import statistics
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TARGET_SHARE, TARGET_FRAMES, TARGET_SPREAD = 0.12, 12, 2.0
TARGET_TICKS, TARGET_STOP = 5, 200

INTERACT = """
import ipywidgets, matplotlib.pyplot as plt
from optimlab import live
from optimlab.live import still
def draw(lr=0.05):
    frame = live.cliff.frame({**live.cliff.defaults(), "lr": lr, "steps": 200})
    rows = [["plane", "curve"], ["line", "line"]]
    fig, axes = plt.subplot_mosaic(rows, height_ratios=[3, 1], figsize=(9, 5))
    for panel in live.cliff.panels:
        still.draw(axes[panel.name], panel, frame.pictures[panel.name])
    plt.show()
slider = ipywidgets.FloatSlider(value=0.05, min=0.01, max=0.19, step=0.001, readout=False)
ipywidgets.interact(draw, lr=slider)
"""
LIVE = "from optimlab import live\nlive.cliff(steps=200)"
MORE = ["live.conditioning()", "live.phase_map()", "live.noise_ball()"]
NETWORKS = ["Chebyshev net", "MLP, digits", "CNN, digits", "RNN, sunspots"]
# The Chebyshev net is through all steps that a learner may ask for before it has been watched long enough.
ENDLESS = """
from dataclasses import replace
live.dashboard.controls = tuple(
    replace(control, high=10**7) if control.name == live.dashboard.play else control
    for control in live.dashboard.controls
)
"""

# Moves a slider and waits until another picture stands where the old one stood. interact's slider has no
# native input, but its handle takes arrow keys.
MEASURE = """
async ([slider, value]) => {
    const native = slider.matches('input'), key = 'ArrowRight';
    const output = slider.closest('.jp-OutputArea');
    const look = () => native
        ? [...output.querySelectorAll('canvas')].map((c) => c.getContext('2d').__drawn ?? 0).join()
        : [...output.querySelectorAll('img')].map((i) => i.src.slice(-3000)).join();
    const before = look(), began = performance.now();
    if (native) {
        slider.value = value;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    } else {
        slider.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true }));
    }
    const decoded = new WeakSet();
    while (true) {
        if (performance.now() - began > 10000) throw new Error('no new picture in 10 s');
        await new Promise((go) => requestAnimationFrame(go));
        if (look() === before || look() === '') continue;
        const waiting = [...output.querySelectorAll('img')].filter((image) => !decoded.has(image));
        if (!waiting.length) break;
        await Promise.all(waiting.map((image) => image.decode()));
        waiting.forEach((image) => decoded.add(image));
    }
    // This frame is painted when its callbacks are done; a message to oneself comes after that.
    await new Promise((go) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = go;
        port2.postMessage(0);
    });
    const canvas = native && output.querySelector('canvas').getContext('2d');
    return [performance.now() - began, native ? canvas.__at - began : null];
}
"""
# Counts the pictures that a canvas gets.
COUNT = """
() => {
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...rest) {
        this.__drawn = (this.__drawn ?? 0) + 1;
        this.__at = performance.now();
        return draw.apply(this, rest);
    };
}
"""
# A hand that drags for two seconds, sixty events a second.
DRAG = """
async (slider) => {
    const canvas = slider.closest('.ol-card').querySelector('canvas').getContext('2d');
    const low = Number(slider.min), high = Number(slider.max), times = [];
    let last = canvas.__drawn;
    const began = performance.now();
    for (let now = began; now < began + 2000; now = performance.now()) {
        slider.value = low + (high - low) * (0.5 + 0.3 * Math.sin((now - began) / 300));
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((go) => requestAnimationFrame(go));
        if (canvas.__drawn !== last) { times.push(performance.now()); last = canvas.__drawn; }
    }
    slider.dispatchEvent(new Event('change', { bubbles: true }));
    return times.slice(1).map((time, i) => time - times[i]);
}
"""
# A training, watched for three seconds while another cell asks for its turn, and then paused.
TRAIN = """
async (card) => {
    const canvas = card.querySelector('canvas').getContext('2d'), times = [];
    const button = (text) => [...card.querySelectorAll('button')].find((b) => b.textContent === text);
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const watch = async (until) => {
        let last = canvas.__drawn;
        while (performance.now() < until) {
            await new Promise((go) => requestAnimationFrame(go));
            if (canvas.__drawn !== last) { times.push(performance.now()); last = canvas.__drawn; }
        }
    };
    button('Play').click();
    await watch(performance.now() + 1000);
    times.length = 0;
    const began = performance.now(), waits = [];
    const asking = (async () => {
        for (let i = 0; i < 8; i++) {
            const asked = performance.now();
            await kernel.requestExecute({ code: '1 + 1' }).done;
            waits.push(performance.now() - asked);
            await new Promise((go) => setTimeout(go, 200));
        }
    })();
    await watch(began + 3000);
    await asking;
    const ticks = times.filter((t) => t < began + 3000).length / 3, pressed = performance.now();
    if (!button('Pause')) throw new Error('the training came to its end while it was watched');
    button('Pause').click();
    times.length = 0;
    await watch(pressed + 800);
    return [ticks, Math.max(0, ...times.map((t) => t - pressed)), Math.max(...waits)];
}
"""


def laboratory():
    """The browser tests' own JupyterLab and Chromium."""
    path = HERE.parent / "tests" / "browser" / "conftest.py"
    spec = importlib.util.spec_from_file_location("laboratory", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Folders:
    def __init__(self, root):
        self.root = Path(root)

    def mktemp(self, name):
        (self.root / name).mkdir()
        return self.root / name


def measure(page, slider, values):
    """Milliseconds until the picture stands, and until it is drawn, one row for each move."""
    rows = []
    for value in values:
        slider.focus()
        rows.append(page.evaluate(MEASURE, [slider, value]))
        page.wait_for_timeout(150)
    return rows[4:]  # the first ones warm up


def open_up(figure):
    """Skip the question, unless it has been answered before."""
    figure.settle()
    if figure.button("Skip").count():
        figure.button("Skip").click()
        figure.settle()


def train(page, lab):
    """network -> (pictures a second, ms to the last step after Pause, ms another cell waits)."""
    found = {}
    for network in NETWORKS:
        figure = lab.add(page, ENDLESS + f"live.dashboard(model={network!r}, lr=0.03)")
        figure.card.scroll_into_view_if_needed()
        open_up(figure)
        found[network] = page.evaluate(TRAIN, figure.card.element_handle())
    return found


def p95(times):
    return sorted(times)[int(0.95 * (len(times) - 1) + 0.5)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--moves", type=int, default=25, help="moves of the slider for each way (25)")
    moves = arguments.parse_args().moves
    os.environ["OPTIMLAB_REQUIRE_BROWSER"] = "1"
    lab_module = laboratory()
    start = lambda fixture: contextlib.contextmanager(fixture.__wrapped__)  # noqa: E731
    with (
        tempfile.TemporaryDirectory() as root,
        start(lab_module.browser)() as browser,
        start(lab_module.server)(Folders(root)) as server,
    ):
        lab = lab_module.Lab(browser, server, "slider")
        page = lab.open([INTERACT, LIVE])
        lab.run_all(page)
        page.evaluate(COUNT)
        card = lab.drivers(page)[0]
        open_up(card)
        values = [-2.0 + 1.2 * (i % 9) / 9 + 0.01 * i for i in range(moves + 4)]
        handle = page.locator(".widget-slider .noUi-handle").first.element_handle()
        slider = card.control("learning rate lr").element_handle()
        rows = {
            "interact + plt.show()": measure(page, handle, values),
            "live.cliff": measure(page, slider, values),
        }
        gaps = page.evaluate(DRAG, slider)
        for code in MORE:
            open_up(lab.add(page, code))
        card.card.scroll_into_view_if_needed()
        rows["live.cliff, one of four"] = measure(page, slider, values)
        trained = train(page, lab)
        lab.close()
    report(rows, gaps, trained)


def report(rows, gaps, trained):
    whole = {name: [row[0] for row in found] for name, found in rows.items()}
    base = statistics.median(whole["interact + plt.show()"])
    print(f"{'slider to new picture':24} {'median ms':>10} {'p95 ms':>8} {'share':>7} {'of it drawn at':>15}")
    for name, times in whole.items():
        middle, drawn = statistics.median(times), [row[1] for row in rows[name] if row[1] is not None]
        words = f"{statistics.median(drawn):12.0f} ms" if drawn else ""
        print(f"{name:24} {middle:10.0f} {p95(times):8.0f} {middle / base:7.2f} {words}")
    live, four = whole["live.cliff"], whole["live.cliff, one of four"]
    share, spread = statistics.median(live) / base, p95(live) / statistics.median(live)
    frames = 1000 / statistics.mean(gaps)
    print(
        f"\nwhile dragging: {frames:.0f} pictures a second, the middle gap {statistics.median(gaps):.0f} ms"
    )
    print(f"\n{'live.dashboard':24} {'pictures/s':>10} {'ms to stop':>11} {'ms a cell waits':>16}")
    for network, (ticks, stop, wait) in trained.items():
        print(f"{network:24} {ticks:10.1f} {stop:11.0f} {wait:16.0f}")
    ticks, stop = min(row[0] for row in trained.values()), max(row[1] for row in trained.values())
    crowd = statistics.median(four) / statistics.median(live)
    checks = [
        (f"share {share:.2f}, at most {TARGET_SHARE}", share <= TARGET_SHARE),
        (f"{frames:.0f} pictures a second, at least {TARGET_FRAMES}", frames >= TARGET_FRAMES),
        (f"p95 {spread:.1f} times the median, at most {TARGET_SPREAD:g}", spread <= TARGET_SPREAD),
        (f"one of four takes {crowd:.2f} times as long, at most 1.2", crowd <= 1.2),
        (f"{ticks:.1f} pictures a second in training, at least {TARGET_TICKS}", ticks >= TARGET_TICKS),
        (f"stops after {stop:.0f} ms, at most {TARGET_STOP}", stop <= TARGET_STOP),
    ]
    for words, good in checks:
        print(f"{'ok  ' if good else 'MISS'} {words}")
    sys.exit(not all(good for _, good in checks))


if __name__ == "__main__":
    main()
