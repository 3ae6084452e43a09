"""fit and FitHistory: against hand-written loops, to the bit across stops, and one sentence for bad input."""

import os
import signal
import threading
import warnings

import numpy as np
import pytest

from optimlab import SGD, Adam, FitHistory, data, fit, losses, nn
from optimlab.train import DIVERGED, checkpoint, evaluate, hessian_vector, sharpness

RNG = np.random.default_rng(7)
X = RNG.normal(size=(50, 3))
Y = (X @ [1.0, -2.0, 0.5] + 0.3 * RNG.normal(size=50) > 0).astype(np.int64)


class Logistic:
    """Softmax regression with 2 classes, written out for these tests."""

    def __init__(self, dtype=float):
        self.params, self.grads = np.zeros(8, dtype), np.zeros(8, dtype)
        self.views = {"weight": self.params[:6].reshape(2, 3), "bias": self.params[6:]}
        self.training, self.rows_seen, self.modes = True, [], []

    def predict(self, x):
        return x.astype(self.params.dtype) @ self.views["weight"].T + self.views["bias"]

    def criterion(self, output, y):
        p = np.exp(output - output.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        right = np.arange(len(y)), y
        loss = -np.log(p[right]).mean()
        p[right] -= 1
        return loss, p / len(y)

    def loss(self, x, y):
        self.rows_seen.append(x.copy())
        self.modes.append(self.training)
        loss, dout = self.criterion(self.predict(x), y)
        self.grads[:6], self.grads[6:] = (dout.T @ x).ravel(), dout.sum(axis=0)
        return float(loss)

    def train(self, mode=True):
        self.training = mode

    def eval(self):
        self.training = False

    def state_dict(self):
        return {"params": self.params.copy()}

    def load_state_dict(self, saved):
        self.params[...] = saved["params"]


class Line(Logistic):
    """Least squares through the origin, one weight: the loss h w**2 / 2 on data that is 0."""

    def __init__(self, h=1.0, w=1.0, dtype=float):
        self.params, self.grads = np.array([w], dtype), np.zeros(1, dtype)
        self.views, self.h, self.training = {"w": self.params}, h, True

    def predict(self, x):
        return self.params * x

    def criterion(self, output, y):
        return self.h / 2 * float(np.mean((output - y) ** 2)), output - y

    def loss(self, x, y):
        loss, error = self.criterion(self.predict(x), y)
        self.grads[...] = self.h * np.mean(error * x)
        return loss


def network(seed=0, dtype=np.float32):
    return nn.Sequential(nn.Linear(3, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Dropout(0.2), nn.Linear(16, 2),
                         rng=seed, dtype=dtype)


def quiet(*args, **kwargs):
    return fit(*args, progress=False, **kwargs)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def same(one, other):
    """Whether two histories are equal to the bit in everything but time."""
    for name in ("loss", "accuracy", "grad_norm", "update_ratio", "lr", "epoch_steps", "val_loss",
                 "val_accuracy", "sharpness_steps", "sharpness"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.layers.keys() == other.layers.keys()
    for name in one.layers:
        np.testing.assert_array_equal(one.layers[name], other.layers[name])
    assert (one.steps, one.diverged_at) == (other.steps, other.diverged_at)


def test_a_full_batch_is_gradient_descent():
    model, by_hand = Logistic(), Logistic()
    optimizer = SGD(model.params, lr=0.5, momentum=0.9)
    history = quiet(model, (X, Y), optimizer, 20, batch_size=None, shuffle=False)
    velocity, losses, norms, ratios = 0, [], [], []
    for _ in range(20):
        losses.append(by_hand.loss(X, Y))
        norms.append(np.sqrt(np.sum(by_hand.grads**2)))
        velocity = 0.9 * velocity + by_hand.grads
        size = np.sqrt(np.sum(by_hand.params**2))
        ratios.append(np.sqrt(np.sum((0.5 * velocity) ** 2)) / size if size else np.nan)
        by_hand.params -= 0.5 * velocity
    np.testing.assert_allclose(model.params, by_hand.params, rtol=1e-12)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    np.testing.assert_allclose(history.grad_norm, norms, rtol=1e-12)
    np.testing.assert_allclose(history.update_ratio, ratios, rtol=1e-9)
    assert history.loss[0] == pytest.approx(np.log(2))
    assert (history.steps, history.epochs, history.diverged) == (20, 20, False)
    np.testing.assert_array_equal(history.epoch_steps, np.arange(21))
    assert np.isnan(history.val_loss).all()


def test_every_layer_is_recorded_by_name():
    model = Logistic()
    model.params[:6] = 1
    history = quiet(model, (X, Y), SGD(model.params, lr=0.1), 1, batch_size=None, shuffle=False)
    by_hand = Logistic()
    by_hand.params[:6] = 1
    by_hand.loss(X, Y)
    weight, bias = history.layers["weight"], history.layers["bias"]
    assert weight.grad_norm[0] == pytest.approx(np.linalg.norm(by_hand.grads[:6]))
    assert bias.grad_norm[0] == pytest.approx(np.linalg.norm(by_hand.grads[6:]))
    assert weight.weight_norm[0] == pytest.approx(np.sqrt(6))
    assert weight.update_ratio[0] == pytest.approx(0.1 * weight.grad_norm[0] / np.sqrt(6))
    assert bias.weight_norm[0] == 0 and np.isnan(bias.update_ratio[0])
    assert quiet(model, (X, Y), SGD(model.params), 1, layers=False).layers == {}


def test_accuracy_and_validation_are_shares_of_right_answers():
    model = Logistic()
    history = quiet(model, (X, Y), SGD(model.params, lr=0.5), 3, val=(X[:20], Y[:20]), batch_size=None)
    again, accuracy, val = Logistic(), [], []
    for epoch in range(4):
        scores = X @ again.params[:6].reshape(2, 3).T + again.params[6:]
        right = (scores[:, 1] > scores[:, 0]) == (Y == 1)
        accuracy.append(right.mean())
        val.append(right[:20].mean())
        again.loss(X, Y)
        again.params -= 0.5 * again.grads * (epoch < 3)
    np.testing.assert_allclose(history.accuracy, accuracy[:3])
    np.testing.assert_allclose(history.val_accuracy, val)
    loss, share = evaluate(again, X[:20], Y[:20])
    assert share == pytest.approx(val[-1])
    assert history.val_loss[-1] == pytest.approx(loss)
    assert history.val_loss[0] == pytest.approx(np.log(2))


def test_an_epoch_sees_every_row_once_in_an_order_that_seed_and_epoch_decide():
    def epochs(**kwargs):
        model = Logistic()
        quiet(model, (X, Y), SGD(model.params, lr=0.0), 3, batch_size=16, **kwargs)
        sizes = [len(rows) for rows in model.rows_seen]
        assert sizes == [16, 16, 16, 2] * 3
        rows = np.concatenate(model.rows_seen)[:, 0].reshape(3, 50)
        np.testing.assert_array_equal(np.sort(rows), np.sort(np.tile(X[:, 0], (3, 1))))
        return rows
    first = epochs(seed=1)
    np.testing.assert_array_equal(first, epochs(seed=1))
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first, epochs(seed=2))
    np.testing.assert_array_equal(epochs(shuffle=False), np.tile(X[:, 0], (3, 1)))


def test_accumulating_is_a_larger_batch_also_where_the_last_is_short():
    large, small = Logistic(), Logistic()
    one = quiet(large, (X, Y), Adam(large.params, lr=0.1), 4, batch_size=24)
    many = quiet(small, (X, Y), Adam(small.params, lr=0.1), 4, batch_size=8, accumulate=3)
    assert one.steps == many.steps == 4 * 3
    np.testing.assert_allclose(large.params, small.params, rtol=1e-9)
    np.testing.assert_allclose(one.loss, many.loss, rtol=1e-9)
    np.testing.assert_allclose(one.accuracy, many.accuracy, rtol=1e-12)
    np.testing.assert_allclose(one.grad_norm, many.grad_norm, rtol=1e-9)
    uneven = Logistic()
    # 50 rows in batches of 20, 20 and 10, all for one step: their plain mean would be another gradient.
    history = quiet(uneven, (X, Y), SGD(uneven.params, lr=0.5), 1, batch_size=20, accumulate=9)
    whole = Logistic()
    whole.loss(X, Y)
    np.testing.assert_allclose(uneven.params, -0.5 * whole.grads, rtol=1e-12)
    assert history.steps == 1


def test_a_network_learns_the_moons_and_the_same_seed_gives_the_same_run():
    def run(seed=0):
        model = nn.MLP(2, 16, 2, rng=3)
        history = quiet(model, data.two_moons(200), Adam(model.params, lr=0.02), 20, seed=seed)
        return model.params, history
    params, history = run()
    again, other = run(), run(seed=1)
    np.testing.assert_array_equal(params, again[0])
    same(history, again[1])
    assert not np.array_equal(params, other[0])
    assert history.val_accuracy[-1] > 0.93
    assert history.val_accuracy[0] == evaluate(nn.MLP(2, 16, 2, rng=3), *data.two_moons(200).val)[1] < 0.9
    assert (np.diff(history.seconds) >= 0).all() and history.seconds[0] > 0
    assert list(history.layers) == ["1.weight", "1.bias", "3.weight", "3.bias"]
    assert "validation accuracy 0.9" in repr(history)


def test_a_schedule_is_recorded_as_it_was_used():
    model = Logistic()
    history = quiet(model, (X, Y), SGD(model.params, lr=lambda step: 0.1 / (1 + step)), 4, batch_size=None)
    np.testing.assert_allclose(history.lr, [0.1, 0.05, 0.1 / 3, 0.025])


def test_an_optimizer_may_hold_views_in_any_order_or_only_some():
    flat, pieces, frozen = Logistic(), Logistic(), Logistic()
    quiet(flat, (X, Y), Adam(flat.params, lr=0.1), 2)
    quiet(pieces, (X, Y), Adam([pieces.views["bias"], pieces.views["weight"]], lr=0.1), 2)
    np.testing.assert_array_equal(flat.params, pieces.params)
    quiet(frozen, (X, Y), Adam([frozen.views["weight"]], lr=0.1), 2)
    assert frozen.views["weight"].all() and not frozen.views["bias"].any()


class Twice(SGD):
    """Extragradient: look where a step leads, and step by what is seen there."""

    def step(self, grads, closure=None):
        here = [p.copy() for p in self.params]
        before = [g.copy() for g in grads]
        super().step(grads)
        _, there = closure()
        for g, kept in zip(grads, before, strict=True):
            np.testing.assert_array_equal(g, kept, "the gradient that step was given has changed")
        for p, start, g in zip(self.params, here, there, strict=True):
            p[...] = start - self.lr * g


@pytest.mark.parametrize("accumulate", [1, 4])
def test_an_optimizer_can_look_again_at_the_same_minibatch(accumulate):
    model = Line(h=2.0)
    x, y = np.ones(8), np.zeros(8)
    quiet(model, (x, y), Twice(model.params, lr=0.1), 3, batch_size=8 // accumulate, accumulate=accumulate)
    assert model.params[0] == pytest.approx((1 - 0.1 * 2 * (1 - 0.1 * 2)) ** 3)


def test_an_optimizer_with_two_faces_is_validated_on_the_one_it_learned():
    class Averaged(SGD):
        learned = False

        def eval(self):
            if not self.learned:
                self.params[0] += 100
            self.learned = True

        def train(self):
            if self.learned:
                self.params[0] -= 100
            self.learned = False

        def step(self, grads, closure=None):
            assert not self.learned
            super().step(grads)

    model = Line()
    examples = np.ones(4), np.zeros(4)
    history = quiet(model, examples, Averaged(model.params, lr=0.5), 2, val=examples)
    np.testing.assert_allclose(history.val_loss, np.array([101, 100.5, 100.25]) ** 2 / 2)
    np.testing.assert_allclose(history.loss, np.array([1, 0.5]) ** 2 / 2)
    assert model.params[0] == pytest.approx(100.25)


def test_divergence_ends_the_run_where_the_closed_form_says():
    model = Line(h=10.0)
    optimizer = SGD(model.params, lr=0.3)
    history = quiet(model, (np.ones(4), np.zeros(4)), optimizer, 100, batch_size=2)
    growth = (1 - 0.3 * 10) ** (2 * np.arange(200))
    assert history.diverged_at == np.argmax(5 * growth > DIVERGED * 5)
    assert history.steps == optimizer.t == history.diverged_at
    assert len(history.loss) == history.steps + 1
    assert np.isfinite(model.params).all()
    assert history.loss[-1] == pytest.approx(5 * growth[history.diverged_at])
    assert f"diverged at step {history.diverged_at}" in repr(history)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_overflow_in_the_last_step_is_seen_too(dtype):
    model = Line(h=1.0, w=2.0, dtype=dtype)
    huge, examples = float(np.finfo(dtype).max), (np.ones(2), np.zeros(2))
    history = quiet(model, examples, SGD(model.params, lr=huge), 1, val=examples)
    assert history.diverged and history.diverged_at == history.steps == 1


def test_a_network_at_a_huge_rate_ends_early_without_a_warning():
    model = nn.MLP(2, 16, 2, rng=0)
    history = quiet(model, data.two_moons(64), SGD(model.params, lr=1e6), 50)
    assert history.diverged
    assert history.steps < 100


def test_callbacks_see_every_step_and_can_end_the_run():
    seen = []

    def watch(run):
        seen.append((run.step, run.epoch, run.epoch_ended, run.loss))
        run.stop = run.step == 6
        assert len(run.history.loss) == run.step

    model = Logistic()
    history = quiet(model, (X, Y), SGD(model.params, lr=0.1), 9, batch_size=16, callbacks=watch)
    assert [one[:3] for one in seen] == [(1, 0, False), (2, 0, False), (3, 0, False), (4, 1, True),
                                         (5, 1, False), (6, 1, False)]
    np.testing.assert_array_equal([one[3] for one in seen], history.loss)
    assert history.epochs == 1


@pytest.mark.parametrize("stop_after", [1, 5, 7, 8, 13])
@pytest.mark.parametrize("make", [lambda p: SGD(p, lr=0.05, momentum=0.9), lambda p: Adam(p, lr=0.01)])
def test_ctrl_c_keeps_what_was_learned_and_a_resumed_run_is_the_same_to_the_bit(tmp_path, stop_after, make):
    """4 steps an epoch (7 minibatches, two to a step): stopped early, in the middle, and at epochs' ends."""
    def start(seed=0):
        model = network(seed)
        return model, make(model.params)

    settings = {"val": (X[:9], Y[:9]), "batch_size": 8, "accumulate": 2, "seed": 5, "sharpness_every": 6}
    whole, optimizer = start()
    expected = quiet(whole, (X, Y), optimizer, 4, **settings)

    def press(run):
        if run.step == stop_after:
            signal.raise_signal(signal.SIGINT)

    path, before = tmp_path / "run.npz", signal.getsignal(signal.SIGINT)
    model, first = start()
    history = quiet(model, (X, Y), first, 4, checkpoint=path, callbacks=press, **settings)
    assert history.interrupted and history.steps == stop_after
    assert "interrupted" in repr(history)
    assert signal.getsignal(signal.SIGINT) is before
    np.testing.assert_array_equal(history.loss, expected.loss[:stop_after])

    again, second = start(seed=99)
    resumed = quiet(again, (X, Y), second, 4, checkpoint=path, resume=True, **settings)
    same(resumed, expected)
    np.testing.assert_array_equal(again.params, whole.params)
    for name, value in whole.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], value)
    for key, value in optimizer.state[0].items():
        np.testing.assert_array_equal(second.state[0][key], value)
    assert second.t == optimizer.t == 16
    assert not resumed.interrupted
    assert (np.diff(resumed.seconds) >= 0).all()


def test_a_second_ctrl_c_ends_it_at_once():
    def press(run):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    model, before = Logistic(), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        quiet(model, (X, Y), SGD(model.params), 3, callbacks=press)
    assert signal.getsignal(signal.SIGINT) is before


def test_it_runs_outside_the_main_thread():
    found = []

    def work():
        model = Logistic()
        found.append(quiet(model, (X, Y), SGD(model.params), 1))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0].steps == 2


def test_a_resumed_run_can_go_on_for_longer_and_one_that_is_done_stays(tmp_path):
    path, runs = tmp_path / "run.npz", []
    for epochs, resume in ((2, False), (5, True), (5, True), (3, True)):
        model = network()
        optimizer = Adam(model.params)
        runs.append((quiet(model, (X, Y), optimizer, epochs, checkpoint=path, resume=resume), model.params))
    model = network()
    expected = quiet(model, (X, Y), Adam(model.params), 5)
    for history, params in runs[1:]:
        same(history, expected)
        np.testing.assert_array_equal(params, model.params)
    assert os.listdir(tmp_path) == ["run.npz"]


def test_a_diverged_run_leaves_the_last_good_checkpoint(tmp_path):
    path = tmp_path / "run.npz"
    model = Line(h=1.0)
    # Harmless for four steps, then far too large.
    optimizer = SGD(model.params, lr=lambda t: 0.1 if t < 4 else 1e9)
    history = quiet(model, (np.ones(4), np.zeros(4)), optimizer, 9, batch_size=2, checkpoint=path)
    assert history.diverged and history.epochs == 2
    fresh = Line(w=77.0)
    optimizer = SGD(fresh.params, lr=0.1)
    resumed = quiet(fresh, (np.ones(4), np.zeros(4)), optimizer, 2, batch_size=2, checkpoint=path,
                    resume=True)
    assert resumed.epochs == 2
    assert fresh.params[0] == pytest.approx(0.9**4)


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    checkpoint.save(path, {"a": np.arange(3)})
    real = np.savez

    def full_disk(file, **arrays):
        real(file, **arrays)
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(path, {"a": np.arange(4)})
    assert checkpoint.load(path)["a"].tolist() == [0, 1, 2]
    assert os.listdir(tmp_path) == ["run.npz"]


def test_a_checkpoint_holds_everything_exactly(tmp_path):
    content = {"betas": (0.9, 0.999), "list": [1, None, True, "word", float("inf")], "n": np.float32(0.1),
               "wide": 2**100, "deep": {"a": [{"b": np.array(2.5)}], "empty": np.zeros((0, 3), np.float32)}}
    checkpoint.save(tmp_path / "c", content)
    found = checkpoint.load(tmp_path / "c")
    assert found["betas"] == (0.9, 0.999) and found["list"] == content["list"] and found["wide"] == 2**100
    assert found["n"] == np.float32(0.1) and found["n"].dtype == np.float32
    assert found["deep"]["a"][0]["b"].shape == () and found["deep"]["empty"].shape == (0, 3)
    with pytest.raises(TypeError, match="checkpoint: arrays, numbers and words can be kept, got function"):
        checkpoint.save(tmp_path / "c", {"f": quiet})
    assert checkpoint.load(tmp_path / "c")["wide"] == 2**100


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "run.npz"
    model = network()
    fit(model, (X, Y), Adam(model.params), 2, checkpoint=path, progress=False)
    return path


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.7, 0.99, 0.999])
def test_a_truncated_checkpoint_is_one_sentence_and_changes_nothing(stored, tmp_path, share):
    path, content = tmp_path / "cut.npz", stored.read_bytes()
    path.write_bytes(content[:int(share * len(content))])
    model = network(1)
    optimizer, before = Adam(model.params), model.params.copy()
    with pytest.raises(ValueError, match="checkpoint: .*cut.npz' is cut short or damaged") as caught:
        quiet(model, (X, Y), optimizer, 3, checkpoint=path, resume=True)
    assert "\n" not in str(caught.value)
    np.testing.assert_array_equal(model.params, before)
    assert optimizer.t == 0


def test_a_damaged_byte_is_noticed(stored, tmp_path):
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 255
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    try:
        found = checkpoint.load(path)
    except ValueError as error:
        assert "cut short or damaged" in str(error)
    else:
        # The byte stood between two arrays, where it means nothing.
        assert found.keys() == checkpoint.load(stored).keys()


@pytest.mark.parametrize(("change", "message"), [
    ({"model": nn.MLP(3, 8, 2, rng=0)}, "is of another run, its model was"),
    ({"model": network(dtype=np.float64)}, "its dtype was 'float32', here it is 'float64'"),
    ({"optimizer": SGD}, "its optimizer was 'Adam', here it is 'SGD'"),
    ({"seed": 1}, "its seed was 0, here it is 1"),
    ({"batch_size": 8}, "its batch_size was 32, here it is 8"),
    ({"accumulate": 2}, "its accumulate was 1, here it is 2"),
    ({"data": (X[:40], Y[:40])}, "its number of examples was 50, here it is 40"),
    ({"data": (X + 1, Y)}, "its data's checksum was"),
])
def test_a_checkpoint_of_another_run_is_refused(stored, change, message):
    change = dict(change)
    model, pair = change.pop("model", None) or network(), change.pop("data", (X, Y))
    optimizer, before = change.pop("optimizer", Adam)(model.params), model.params.copy()
    with pytest.raises(ValueError, match=message):
        quiet(model, pair, optimizer, 3, checkpoint=stored, resume=True, **change)
    np.testing.assert_array_equal(model.params, before)


def test_other_files_are_no_checkpoints(tmp_path):
    model = Logistic()

    def resume(path):
        quiet(model, (X, Y), SGD(model.params), 1, checkpoint=path, resume=True)

    with pytest.raises(FileNotFoundError, match="checkpoint: there is no file .*nothing.npz' to resume from"):
        resume(tmp_path / "nothing.npz")
    np.savez(tmp_path / "other.npz", w=np.zeros(3))
    with pytest.raises(ValueError, match="or no checkpoint; nothing was loaded"):
        resume(tmp_path / "other.npz")
    checkpoint.save(tmp_path / "mine.npz", {"w": 1})
    with pytest.raises(ValueError, match="checkpoint: a file that fit wrote is needed"):
        resume(tmp_path / "mine.npz")
    with pytest.raises(FileNotFoundError, match="there is no folder .*nowhere' for 'run.npz'"):
        quiet(model, (X, Y), SGD(model.params), 1, checkpoint=tmp_path / "nowhere" / "run.npz")
    with pytest.raises(ValueError, match="resume: the name of a file is needed as checkpoint, got None"):
        quiet(model, (X, Y), SGD(model.params), 1, resume=True)


def exact_hessian(model):
    """Of the mean softmax loss, from its formula: the mean of (diag(p) - p p') x (1, x)(1, x)'."""
    scores = X @ model.params[:6].reshape(2, 3).T + model.params[6:]
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    total = np.zeros((8, 8))
    for x, q in zip(X, p, strict=True):
        outer = np.diag(q) - np.outer(q, q)
        extended = np.append(x, 1)
        full = np.kron(outer, np.outer(extended, extended))
        # From (class, feature and bias) to all weights before all biases.
        order = [0, 1, 2, 4, 5, 6, 3, 7]
        total += full[np.ix_(order, order)] / len(X)
    return total


@pytest.mark.parametrize(("dtype", "tol"), [(np.float64, 1e-6), (np.float32, 1e-2)])
def test_sharpness_is_the_largest_eigenvalue(dtype, tol):
    model = Logistic(dtype)
    model.params[...] = np.random.default_rng(1).normal(size=8)
    model.grads[...] = 5
    params, H = model.params.copy(), exact_hessian(model)
    v = np.random.default_rng(2).normal(size=8)
    np.testing.assert_allclose(hessian_vector(model, X, Y, v), H @ v, atol=tol)
    assert sharpness(model, X, Y, tol=1e-7) == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=tol)
    np.testing.assert_array_equal(model.params, params)
    assert (model.grads == 5).all() and model.training
    assert not any(model.modes)


def test_sharpness_keeps_its_sign_and_counts_every_example_once():
    model = Line(h=-3.0)
    # The curvature is h times the mean of x**2, over more examples than are taken at once.
    x = np.linspace(0, 2, 1000)
    assert sharpness(model, x, np.zeros(1000)) == pytest.approx(-3 * np.mean(x**2), rel=1e-6)


def test_sharpness_is_recorded_on_request_and_does_not_disturb_the_run():
    watched, alone = network(), network()
    one = quiet(watched, (X, Y), Adam(watched.params), 3, sharpness_every=4)
    two = quiet(alone, (X, Y), Adam(alone.params), 3)
    np.testing.assert_array_equal(watched.params, alone.params)
    np.testing.assert_array_equal(one.loss, two.loss)
    assert one.sharpness_steps.tolist() == [0, 4] and len(one.sharpness) == 2
    assert one.sharpness[0] == sharpness(network(), X, Y)
    assert len(two.sharpness) == 0


def test_gradient_descent_on_logistic_loss_obeys_the_sharpness():
    """Below 2 / sharpness the loss of a convex problem falls in every step; far above it does not."""
    model = Logistic()
    limit = 2 / sharpness(model, X, Y)
    low = quiet(model, (X, Y), SGD(model.params, lr=0.9 * limit), 50, batch_size=None, shuffle=False)
    assert (np.diff(low.loss) < 0).all()
    model = Logistic()
    high = quiet(model, (X, Y), SGD(model.params, lr=20 * limit), 50, batch_size=None, shuffle=False)
    assert (np.diff(high.loss) > 0).any()


def test_the_line_of_text(capsys, monkeypatch):
    model = Logistic()
    quiet(model, (X, Y), SGD(model.params), 1)
    assert capsys.readouterr().out == ""
    fit(model, (X, Y), SGD(model.params, lr=0.1), 2, val=(X, Y))
    text = capsys.readouterr().out
    assert text.count("\n") == 1 and text.startswith("2 epochs, 4 steps, loss 0.")
    assert "validation accuracy" in text
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("optimlab.train.bar.PAUSE", 0)
    fit(model, (X, Y), SGD(model.params, lr=0.1), 2)
    lines = capsys.readouterr().out.split("\r")
    assert lines[1].startswith("epoch 1/2 |#####...............| step 1, loss 0.")
    assert lines[4].startswith("epoch 2/2 |####################| step 4, loss 0.")
    assert lines[5].startswith("2 epochs, 4 steps") and lines[5].endswith("\n")


def test_no_epoch_is_the_start_alone(capsys):
    model = Logistic()
    history = fit(model, (X, Y), SGD(model.params), 0, val=(X, Y))
    assert isinstance(history, FitHistory)
    assert (history.steps, history.epochs, len(history.val_loss)) == (0, 0, 1)
    assert history.layers["weight"].grad_norm.shape == (0,)
    assert repr(history) == f"FitHistory(0 epochs, 0 steps, validation accuracy {np.mean(Y == 0):.3g})"


def test_a_characters_model_is_trained_too():
    ids = np.tile(np.array([0, 1, 2, 3]), 60)
    x, y = data.sequences(ids, 12)
    model = nn.CharModel(4, 4, 8, cell="GRU", rng=0)
    history = quiet(model, (x, y), Adam(model.params, lr=0.05), 20, val=(x[:3], y[:3]), batch_size=8)
    assert history.val_accuracy[-1] == 1.0
    assert history.accuracy[0] < 0.6


def test_a_regression_has_no_accuracy():
    model = nn.MLP(10, 1, rng=0, criterion=losses.mse)
    table = data.standardize(data.diabetes(), targets=True)
    pair, val = (table.train.x, table.train.y[:, None]), (table.val.x, table.val.y[:, None])
    history = quiet(model, pair, Adam(model.params, lr=0.01), 30, val=val)
    assert np.isnan(history.accuracy).all() and np.isnan(history.val_accuracy).all()
    design = np.column_stack([np.ones(302), table.train.x]).astype(float)
    best = np.linalg.lstsq(design, table.train.y.astype(float), rcond=None)[1][0] / 302
    last = np.mean((model.predict(table.train.x)[:, 0] - table.train.y) ** 2)
    assert best <= last < 1.05 * best


def made(**kwargs):
    settings = {"model": None, "data": (X, Y), "optimizer": None, "epochs": 1, **kwargs}
    model = settings.pop("model") or Logistic()
    optimizer = settings.pop("optimizer") or SGD(model.params)
    return quiet(model, settings.pop("data"), optimizer, settings.pop("epochs"), **settings)


BAD_X = X.copy()
BAD_X[7, 1] = np.nan


@pytest.mark.parametrize(("wrong", "error", "message"), [
    ({"data": (BAD_X, Y)}, ValueError, "data: finite numbers are needed, got nan in x at row 7"),
    ({"data": (X, np.where(Y == 1, np.inf, 0))}, ValueError, "data: finite numbers are needed, got inf in y"),
    ({"data": (X, Y + 1)}, ValueError, "data: labels from 0 to 1 are needed for 2 classes, got 2 at row"),
    ({"data": (X, Y - 1)}, ValueError, "data: labels from 0 to 1 are needed for 2 classes, got -1 at row"),
    ({"val": (X, Y + 1)}, ValueError, "val: labels from 0 to 1 are needed for 2 classes, got 2 at row"),
    ({"data": (X[:0], Y[:0])}, ValueError, r"data: at least one example is needed, got x of shape \(0, 3\)"),
    ({"val": (X[:0], Y[:0])}, ValueError, "val: at least one example is needed"),
    ({"data": (X, Y[:9])}, ValueError, r"data: one row of y for each row of x .* \(50, 3\) and \(9,\)"),
    ({"data": X}, TypeError, r"data: a pair \(x, y\) of arrays is needed, got ndarray"),
    ({"data": (X, ["a"] * 50)}, TypeError, "data: numbers are needed, got y of dtype <U1"),
    ({"model": 3}, TypeError, "model: one of optimlab.nn is needed, int has no params"),
    ({"optimizer": SGD(np.zeros(8))}, ValueError, r"optimizer.params\[0\]: model.params or whole views"),
    ({"epochs": -1}, ValueError, "epochs: a whole number of at least 0 is needed, got -1"),
    ({"epochs": 1.5}, TypeError, "epochs: .* got 1.5"),
    ({"batch_size": 0}, ValueError, "batch_size: a whole number of at least 1 is needed, got 0"),
    ({"accumulate": 0}, ValueError, "accumulate: .* got 0"),
    ({"seed": "a"}, TypeError, "seed: .* got 'a'"),
    ({"sharpness_every": 0}, ValueError, "sharpness_every: .* got 0"),
    ({"callbacks": [3]}, TypeError, "callbacks: functions of a Run are needed, got 3"),
])
def test_bad_input_is_named(wrong, error, message):
    if wrong.get("model") == 3:
        wrong = {**wrong, "optimizer": SGD(np.zeros(1))}
    with pytest.raises(error, match=message) as caught:
        made(**wrong)
    assert "\n" not in str(caught.value)


def test_a_vector_of_another_shape_has_no_product():
    with pytest.raises(ValueError, match=r"v: shape \(8,\) is needed, that of model.params, got \(3,\)"):
        hessian_vector(Logistic(), X, Y, np.ones(3))
