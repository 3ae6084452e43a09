"""What layers and models promise beside being right: one memory, two precisions, no surprise behind you."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from layer_parity import CASES, MODELS, RECURRENT, Numbers, small_model

from optimlab import Adam, losses, nn

PUBLIC = [getattr(nn, name) for name in nn.__all__ if name not in ("init", "Layer", "Model")]


def smallest(name):
    return next(case for case in CASES if case.name == name)


def run(layer, case):
    numbers = Numbers(case)
    out = layer.forward(numbers.x)
    out = out[0] if case.name in RECURRENT else out
    dx = layer.backward(numbers.dout(out.shape))
    return out, dx[0] if case.name in RECURRENT else dx


@pytest.mark.parametrize("name", MODELS)
def test_views_are_the_memory_of_the_flat_vectors(name):
    model, x, y = small_model(name)
    assert model.params.ndim == model.grads.ndim == 1
    assert sum(view.size for view in model.views.values()) == model.params.size
    for flat, views in ((model.params, model.views), (model.grads, model.grad_views)):
        flat[...] = np.arange(flat.size)
        assert np.array_equal(np.concatenate([view.ravel() for view in views.values()]), flat)
    for key, layer in model.layers.items():
        for own in layer.views:
            layer.views[own][...] = 7
            assert np.shares_memory(layer.views[own], model.params)
            assert (model.views[f"{key}.{own}"] == 7).all()


@pytest.mark.parametrize("name", MODELS)
def test_a_copy_and_a_pickled_model_are_whole_and_apart(name):
    model, x, y = small_model(name)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.loss(x, y) == model.loss(x, y)
        assert np.array_equal(other.grads, model.grads)
        other.params += 1
        assert all(np.shares_memory(view, other.params) for view in other.views.values())
        assert not np.shares_memory(other.params, model.params)
        assert other.loss(x, y) != model.loss(x, y)
        for key, layer in other.layers.items():
            for own, array in layer.buffers.items():
                assert other.buffers[f"{key}.{own}"] is array


@pytest.mark.parametrize("name", MODELS)
def test_loss_fills_grads_and_does_not_add_to_them(name):
    model, x, y = small_model(name)
    first = model.loss(x, y)
    grads = model.grads.copy()
    assert isinstance(first, float) and np.abs(grads).max() > 0
    model.grads[...] = np.nan
    model.loss(x, y)
    assert np.array_equal(model.grads, grads)


@pytest.mark.parametrize("name", MODELS)
def test_nothing_that_is_handed_in_changes(name):
    model, x, y = small_model(name)
    before = x.copy(), y.copy(), model.params.copy()
    model.loss(x, y)
    model.predict(x)
    for array, kept in zip((x, y, model.params), before, strict=True):
        assert np.array_equal(array, kept)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.made_with())
def test_a_layer_changes_neither_its_input_nor_the_gradient(case):
    layer = getattr(nn, case.name)(*case.args, **case.settings).train(case.training)
    numbers = Numbers(case)
    x = numbers.x.copy()
    out = layer.forward(x)
    dout = numbers.dout((out[0] if case.name in RECURRENT else out).shape)
    kept = dout.copy()
    layer.backward(dout)
    assert np.array_equal(x, numbers.x) and np.array_equal(dout, kept)


@pytest.mark.parametrize("name", sorted({case.name for case in CASES}))
def test_float32_stays_float32_and_is_close_to_float64(name):
    case, results = smallest(name), {}
    for dtype in (np.float32, np.float64):
        takes = "dtype" in inspect.signature(getattr(nn, name)).parameters
        settings = {**case.settings, **({"dtype": dtype} if takes else {})}
        layer = getattr(nn, name)(*case.args, **settings).train(case.training)
        layer.params = np.linspace(-0.5, 0.5, layer.params.size)
        numbers = Numbers(case)
        x = numbers.x if case.integers else numbers.x.astype(dtype)
        out = layer.forward(x)
        out = out[0] if name in RECURRENT else out
        dx = layer.backward(numbers.dout(out.shape).astype(dtype))
        dx = dx[0] if name in RECURRENT else dx
        assert out.dtype == dtype and (dx is None or dx.dtype == dtype)
        assert not takes or layer.params.dtype == layer.grads.dtype == dtype
        results[dtype] = [out, layer.grads] + [dx] * (dx is not None)
    for single, double in zip(*results.values(), strict=True):
        assert np.allclose(single, double, atol=2e-5)


@pytest.mark.parametrize("case", [c for c in CASES if len(c.shape) > 1], ids=lambda case: case.made_with())
def test_the_order_of_memory_makes_no_difference(case):
    numbers = Numbers(case)
    layer = getattr(nn, case.name)(*case.args, **case.settings).train(case.training)
    out, dx = run(layer, case)
    grads = layer.grads.copy()
    turned = np.asfortranarray(numbers.x)
    again = layer.forward(turned)
    again = again[0] if case.name in RECURRENT else again
    dx_again = layer.backward(np.asfortranarray(numbers.dout(out.shape)))
    dx_again = dx_again[0] if case.name in RECURRENT else dx_again
    assert np.allclose(again, out, atol=1e-6)
    assert dx is None or np.allclose(dx_again, dx, atol=1e-5)
    assert np.allclose(layer.grads, grads, atol=1e-5)


def test_a_loss_does_not_care_for_the_order_of_memory():
    output, labels = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    loss, gradient = losses.cross_entropy(output, labels)
    again, turned = losses.cross_entropy(np.asfortranarray(output), labels)
    assert again == loss and np.array_equal(turned, gradient)


def test_large_scores_neither_overflow_nor_lose_the_loss():
    loss, gradient = losses.cross_entropy(np.array([[1000.0, 0.0], [-1000.0, 0.0]]), np.array([1, 1]))
    assert loss == 500 and np.array_equal(gradient, [[0.5, -0.5], [0, 0]])
    loss, gradient = losses.binary_cross_entropy(np.array([1000.0, -1000.0]), np.array([0.0, 0.0]))
    assert loss == 500 and np.array_equal(gradient, [0.5, 0])


def test_backward_skips_the_input_where_nobody_asks():
    for name in sorted({case.name for case in CASES}):
        case = smallest(name)
        layer = getattr(nn, name)(*case.args, **case.settings)
        _, dx = run(layer, case)
        grads = layer.grads.copy()
        layer.grads[...] = 0
        numbers = Numbers(case)
        out = layer.forward(numbers.x)
        out = out[0] if name in RECURRENT else out
        none = layer.backward(numbers.dout(out.shape), input_grad=False)
        assert (none[0] if name in RECURRENT else none) is None
        assert np.array_equal(layer.grads, grads)


def test_dropout_keeps_its_share_and_its_mean():
    layer, x = nn.Dropout(0.2, rng=0), np.ones(100_000)
    out = layer.forward(x)
    assert set(np.unique(out)) == {0.0, 1.25}
    # The share of 100,000 draws has standard deviation sqrt(0.2 * 0.8 / 100,000) = 0.0013.
    assert abs((out == 0).mean() - 0.2) < 5 * 0.0013
    assert np.array_equal(layer.backward(x), out)
    assert not np.array_equal(layer.forward(x), out)
    assert np.array_equal(layer.eval().forward(x), x) and np.array_equal(layer.backward(x), x)


def test_batch_norm_in_use_takes_the_running_statistics():
    rng = np.random.default_rng(0)
    layer = nn.BatchNorm2d(2, momentum=0.1, dtype=np.float64)
    mean, var = np.zeros(2), np.ones(2)
    for _ in range(3):
        x = rng.normal(3, 2, (4, 2, 3, 3))
        layer.forward(x)
        mean = 0.9 * mean + 0.1 * x.mean(axis=(0, 2, 3))
        var = 0.9 * var + 0.1 * x.var(axis=(0, 2, 3), ddof=1)
    assert np.allclose(layer.running_mean, mean) and np.allclose(layer.running_var, var)
    out = layer.eval().forward(x)
    expected = (x - mean[:, None, None]) / np.sqrt(var + 1e-5)[:, None, None]
    assert np.allclose(out, expected) and np.allclose(layer.running_mean, mean)


def test_a_model_hands_on_training_and_buffers():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5, rng=0), rng=0)
    assert list(model.buffers) == ["1.running_mean", "1.running_var"]
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.zeros(8, int)
    before = model.buffers["1.running_mean"].copy()
    assert model.evaluate(x, y) == model.evaluate(x, y)
    assert np.array_equal(model.buffers["1.running_mean"], before) and model[2].training
    model.loss(x, y)
    assert not np.array_equal(model.buffers["1.running_mean"], before)
    saved = model.state_dict()
    other = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), rng=1)
    other.load_state_dict(saved)
    assert other.evaluate(x, y) == model.evaluate(x, y)
    with pytest.raises(ValueError, match="arrays named"):
        other.load_state_dict({"weight": np.zeros(1)})
    with pytest.raises(ValueError, match=r"0.bias of shape \(3,\) is needed, got \(2,\)"):
        other.load_state_dict({**saved, "0.bias": np.zeros(2)})
    assert other.evaluate(x, y) == model.evaluate(x, y)


def test_evaluate_in_pieces_is_the_mean_over_all_examples():
    model, x, y = small_model("CNN")
    grads = model.grads.copy()
    whole = losses.cross_entropy(model.predict(x), y)[0]
    assert model.evaluate(x, y, batch=4) == pytest.approx(whole, rel=1e-12)
    assert np.array_equal(model.predict(x, batch=1), model.predict(x)) or np.allclose(
        model.predict(x, batch=1), model.predict(x), rtol=1e-12
    )
    assert np.array_equal(model.grads, grads)


def test_long_text_in_pieces_is_one_long_text():
    model, x, y = small_model("CharModel")
    whole = model.forward(x)
    first = model.forward(x[:, :3])
    second = model.forward(x[:, 3:], model.state)
    assert np.allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-12)
    model.loss(x[:, :4], y[:, :4])
    grads, state = model.grads.copy(), model.state
    model.loss(x[:, 4:], y[:, 4:], state)
    in_pieces = (4 * grads + 3 * model.grads) / 7
    model.loss(x, y)
    assert not np.allclose(model.grads, in_pieces, rtol=1e-3)
    # Cut every 4 steps, the gradient of the 7 stops where the pieces met.
    model.layers["rnn"].truncate = 4
    model.loss(x, y)
    assert np.allclose(model.grads, in_pieces, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("cell", RECURRENT)
def test_a_cut_after_the_last_step_is_no_cut(cell):
    x, labels = np.random.default_rng(0).normal(size=(3, 6, 2)), np.array([0, 1, 1])
    full = nn.RecurrentClassifier(2, 4, 2, cell=cell, rng=0, dtype=np.float64)
    cut = nn.RecurrentClassifier(2, 4, 2, cell=cell, rng=0, dtype=np.float64, truncate=6)
    short = nn.RecurrentClassifier(2, 4, 2, cell=cell, rng=0, dtype=np.float64, truncate=2)
    assert full.loss(x, labels) == cut.loss(x, labels) == short.loss(x, labels)
    assert np.array_equal(full.grads, cut.grads) and not np.allclose(full.grads, short.grads)


def test_the_gradient_through_fifty_steps_shrinks_as_rho_to_the_fifty():
    for rho in (0.9, 1.1):
        layer = nn.RNN(1, 1, nonlinearity="relu", bias=False, dtype=np.float64)
        layer.params = np.array([1.0, rho])
        layer.forward(np.ones((50, 1, 1)))
        _, dfirst = layer.backward(None, np.ones((1, 1, 1)))
        assert dfirst[0, 0, 0] == pytest.approx(rho**50, rel=1e-12)


def test_a_model_learns():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 12, 1))
    y = (x.sum(axis=(1, 2)) > 0).astype(int)
    model = nn.RecurrentClassifier(1, 8, 2, cell="GRU", rng=0)
    first = model.loss(x, y)
    opt = Adam(model.params, lr=0.03)
    for _ in range(100):
        model.loss(x, y)
        opt.step(model.grads)
    assert model.evaluate(x, y) < 0.3 * first
    assert (model.predict(x).argmax(axis=1) == y).mean() > 0.95


def test_seeds():
    for make in (
        lambda rng: nn.MLP(3, 4, 2, rng=rng),
        lambda rng: nn.CNN(1, 8, 2, rng=rng),
        lambda rng: nn.RecurrentClassifier(1, 2, 2, rng=rng),
        lambda rng: nn.CharModel(3, 2, 2, rng=rng),
        lambda rng: nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), rng=rng),
    ):
        assert np.array_equal(make(1).params, make(1).params)
        assert not np.array_equal(make(1).params, make(2).params)
        assert np.array_equal(make(np.random.default_rng(1)).params, make(1).params)
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), rng=0)
    assert not np.array_equal(model.views["0.weight"], model.views["1.weight"])


def test_double_precision_for_a_whole_model():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), dtype=np.float64)
    assert model.params.dtype == model.grads.dtype == model.buffers["1.running_var"].dtype == np.float64
    assert model[1].buffers["running_var"] is model.buffers["1.running_var"]
    assert nn.MLP(2, 2).params.dtype == np.float32


def test_a_student_can_put_a_network_together_by_hand():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 3)), np.array([0, 1, 0, 1, 0, 1])
    first, relu, second = (
        nn.Linear(3, 4, rng=0, dtype=np.float64),
        nn.ReLU(),
        nn.Linear(4, 2, rng=1, dtype=np.float64),
    )
    criterion = nn.CrossEntropyLoss()
    loss = criterion(second(relu(first(x))), y)
    first.backward(relu.backward(second.backward(criterion.backward())))
    model = nn.Sequential(copy.deepcopy(first), nn.ReLU(), copy.deepcopy(second))
    assert model.loss(x, y) == loss
    assert np.array_equal(np.concatenate([first.grads, second.grads]), model.grads)
    with pytest.raises(RuntimeError, match="MSELoss: backward needs a forward before it"):
        nn.MSELoss().backward()


@pytest.mark.parametrize("cls", PUBLIC, ids=lambda cls: cls.__name__)
def test_a_docstring_says_all_that_it_should(cls):
    doc = cls.__doc__
    assert ">>> " in doc
    # A layer may lend these from another, in so many words: "Args, shapes and raises as in ...".
    assert "Raises:" in doc or "raises as in" in doc
    assert "Shapes:" in doc or "shapes and raises as in" in doc or "of any shape" in doc or "->" in doc
    # Only Flatten comes from nobody.
    assert cls is nn.Flatten or any(character.isdigit() for character in doc.split("Source")[1])
