"""Bad input gets one sentence that names the layer or the argument, what came, and what would be right."""

import re

import numpy as np
import pytest

from optimlab import losses, nn

IMAGES, LABELS = np.zeros((4, 1, 8, 8)), np.array([0, 1, 2, 0])


def message(kind, call):
    with pytest.raises(kind) as caught:
        call()
    text = str(caught.value)
    assert "\n" not in text and not text.endswith(".")
    return text


SHAPES = [
    (nn.Linear(3, 2), (4, 5), "Linear(3, 2): input of shape (..., 3) is needed, got (4, 5)"),
    (
        nn.Conv2d(3, 2, 3),
        (4, 1, 8, 8),
        "Conv2d(3, 2, 3): input of shape (N, 3, H >= 3, W >= 3) is needed, got (4, 1, 8, 8)",
    ),
    (
        nn.Conv2d(1, 2, 5, padding=1),
        (4, 1, 2, 8),
        "Conv2d(1, 2, 5, padding=1): input of shape (N, 1, H >= 3, W >= 3) is needed, got (4, 1, 2, 8)",
    ),
    (nn.Conv1d(2, 2, 3), (4, 2), "Conv1d(2, 2, 3): input of shape (N, 2, L >= 3) is needed, got (4, 2)"),
    (
        nn.MaxPool2d(2),
        (4, 8, 8),
        "MaxPool2d(2): input of shape (N, C, H >= 2, W >= 2) is needed, got (4, 8, 8)",
    ),
    (nn.AvgPool1d(3), (4, 2, 2), "AvgPool1d(3): input of shape (N, C, L >= 3) is needed, got (4, 2, 2)"),
    (nn.Flatten(), (4,), "Flatten(): input of shape (N, ...) is needed, got (4,)"),
    (nn.BatchNorm1d(3), (4, 2), "BatchNorm1d(3): input of shape (N, 3) or (N, 3, L) is needed, got (4, 2)"),
    (nn.BatchNorm2d(3), (4, 3), "BatchNorm2d(3): input of shape (N, 3, H, W) is needed, got (4, 3)"),
    (
        nn.BatchNorm1d(3),
        (1, 3),
        "BatchNorm1d(3): at least two numbers for each channel are needed in training, "
        "got input of shape (1, 3)",
    ),
    (
        nn.LayerNorm((3, 4)),
        (2, 4, 3),
        "LayerNorm((3, 4)): input of shape (..., 3, 4) is needed, got (2, 4, 3)",
    ),
    (nn.RNN(3, 4), (5, 2, 2), "RNN(3, 4): input of shape (T, N, 3) is needed, got (5, 2, 2)"),
    (
        nn.LSTM(3, 4, batch_first=True),
        (5, 3),
        "LSTM(3, 4, batch_first=True): input of shape (N, T, 3) is needed, got (5, 3)",
    ),
    (nn.GRU(3, 4), (0, 2, 3), "GRU(3, 4): input of shape (T, N, 3) is needed, got (0, 2, 3)"),
]


@pytest.mark.parametrize("layer, shape, text", SHAPES, ids=lambda value: str(value)[:30])
def test_a_wrong_shape_names_the_layer_and_both_shapes(layer, shape, text):
    assert message(ValueError, lambda: layer.forward(np.zeros(shape))) == text


FLOATS = [
    nn.Linear(3, 2),
    nn.Conv2d(1, 1, 1),
    nn.MaxPool2d(1),
    nn.ReLU(),
    nn.GELU(),
    nn.Dropout(),
    nn.Flatten(),
    nn.BatchNorm1d(3),
    nn.LayerNorm(3),
    nn.RNN(3, 2),
    nn.GRU(3, 2),
    nn.LSTM(3, 2),
]


@pytest.mark.parametrize("layer", FLOATS, ids=repr)
def test_whole_numbers_and_lists_are_refused(layer):
    who = re.escape(repr(layer))
    text = message(TypeError, lambda: layer.forward(np.zeros((2, 3), int)))
    assert re.fullmatch(f"{who}: a float array is needed as input, got int64", text)
    text = message(TypeError, lambda: layer.forward([[1.0, 2.0, 3.0]]))
    assert re.fullmatch(f"{who}: a NumPy array is needed as input, got list", text)


@pytest.mark.parametrize("layer", FLOATS, ids=repr)
def test_backward_before_forward(layer):
    assert "backward needs a forward before it" in message(RuntimeError, lambda: layer.backward(np.zeros(3)))


def test_a_gradient_of_another_shape():
    layer = nn.Linear(3, 2)
    layer.forward(np.zeros((4, 3)))
    text = message(ValueError, lambda: layer.backward(np.zeros((2, 4))))
    assert text == "Linear(3, 2): dout of shape (4, 2) is needed, that of the output, got (2, 4)"


def test_a_layer_in_a_model_says_where_it_stands():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(5, 2))
    text = message(ValueError, lambda: model.forward(np.zeros((6, 3))))
    assert text == "layer 2, Linear(5, 2): input of shape (..., 5) is needed, got (6, 4)"
    nested = nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.ReLU(), nn.Linear(4, 2)))
    text = message(ValueError, lambda: nested.forward(np.zeros((6, 3))))
    assert text == "layer 1.1, Linear(4, 2): input of shape (..., 4) is needed, got (6, 3)"


def model():
    return nn.CNN(1, 8, 3, rng=0)


def with_one(value):
    images = IMAGES.copy()
    images[1, 0, 2, 3] = value
    return images


DATA = [
    (
        IMAGES,
        np.array([0, 3, 1, 0]),
        ValueError,
        "cross_entropy: labels from 0 to 2 are needed, got 3 at index 1",
    ),
    (
        IMAGES,
        np.array([0, 1, 1, -1]),
        ValueError,
        "cross_entropy: labels from 0 to 2 are needed, got -1 at index 3",
    ),
    (IMAGES, LABELS[:3], ValueError, "y: 4 examples are needed, as many as in x, got 3"),
    (
        IMAGES,
        LABELS[:, None],
        ValueError,
        "cross_entropy: labels of shape (4,) are needed, one for each example, got (4, 1)",
    ),
    (
        IMAGES,
        LABELS.astype(float),
        TypeError,
        "cross_entropy: an array of integer labels is needed as target, got float64",
    ),
    (with_one(np.nan), LABELS, ValueError, "x: finite numbers are needed, got nan at index (1, 0, 2, 3)"),
    (with_one(-np.inf), LABELS, ValueError, "x: finite numbers are needed, got -inf at index (1, 0, 2, 3)"),
    (IMAGES, np.array([0, 1, np.nan, 0]), ValueError, "y: finite numbers are needed, got nan at index (2,)"),
    (
        IMAGES[:0],
        LABELS[:0],
        ValueError,
        "x: at least one example is needed, got an empty batch of shape (0, 1, 8, 8)",
    ),
    (IMAGES.tolist(), LABELS, TypeError, "x: a NumPy array is needed, got list"),
    (IMAGES, None, TypeError, "y: a NumPy array is needed, got NoneType"),
    (np.array([["a"]]), LABELS, TypeError, "x: an array of numbers is needed, got <U1"),
    (
        IMAGES.astype(np.uint8),
        LABELS,
        TypeError,
        "layer 0, Conv2d(1, 8, 3, padding=1): a float array is needed as input, got uint8",
    ),
]


@pytest.mark.parametrize("x, y, kind, text", DATA, ids=[row[3][:50] for row in DATA])
def test_bad_data_is_refused_and_nothing_changes(x, y, kind, text):
    net = model()
    net.loss(IMAGES, LABELS)
    params, grads = net.params.copy(), net.grads.copy()
    assert message(kind, lambda: net.loss(x, y)) == text
    assert message(kind, lambda: net.evaluate(x, y)) == text
    assert np.array_equal(net.params, params) and np.array_equal(net.grads, grads)


def test_a_target_that_would_broadcast_is_refused():
    text = message(ValueError, lambda: losses.mse(np.zeros((4, 1)), np.zeros(4)))
    assert text == "mse: target of shape (4, 1) is needed, that of the output, got (4,)"


def test_characters_out_of_range():
    text = message(ValueError, lambda: nn.CharModel(3, 2, 2).loss(np.array([[0, 3]]), np.array([[1, 0]])))
    assert text == "layer embedding, Embedding(3, 2): numbers from 0 to 2 are needed, got 3"
    text = message(TypeError, lambda: nn.Embedding(3, 2).forward(np.zeros(3)))
    assert text == "Embedding(3, 2): an array of integers is needed as input, got float64"
    text = message(ValueError, lambda: nn.CharModel(3, 2, 2).loss(np.array([[0, 1]]), np.array([[1]])))
    assert text == "y: shape (1, 2) is needed, one for each step, got (1, 1)"


SETTINGS = [
    (lambda: nn.Linear(0, 2), ValueError, "in_features: a whole number of at least 1 is needed, got 0"),
    (lambda: nn.Linear(2.0, 2), TypeError, "in_features: a whole number is needed, got 2.0"),
    (
        lambda: nn.Conv2d(1, 1, 3, padding=-1),
        ValueError,
        "padding: a whole number of at least 0 is needed, got -1",
    ),
    (
        lambda: nn.Conv2d(1, 1, (1, 2, 3)),
        ValueError,
        "kernel_size: one whole number or two are needed, got (1, 2, 3)",
    ),
    (
        lambda: nn.MaxPool2d(2, padding=2),
        ValueError,
        "padding: at most half of kernel_size 2 is needed, got 2",
    ),
    (
        lambda: nn.Linear(2, 2, dtype=np.float16),
        TypeError,
        "dtype: float32 or float64 is needed, got float16",
    ),
    (
        lambda: nn.Linear(2, 2, init="xavier"),
        ValueError,
        "init: one of default, glorot_uniform, glorot_normal, he_uniform, he_normal, orthogonal is needed, "
        "got 'xavier'",
    ),
    (
        lambda: nn.Linear(2, 2, init=3),
        TypeError,
        "init: a name or a function (shape, rng) -> array is needed, got 3",
    ),
    (lambda: nn.Dropout(1.0), ValueError, "p: a probability of at least 0 and below 1 is needed, got 1.0"),
    (lambda: nn.GELU("fast"), ValueError, "approximate: 'none' or 'tanh' is needed, got 'fast'"),
    (
        lambda: nn.RNN(1, 1, nonlinearity="sin"),
        ValueError,
        "nonlinearity: 'tanh' or 'relu' is needed, got 'sin'",
    ),
    (lambda: nn.RNN(1, 1, truncate=0), ValueError, "truncate: a whole number of at least 1 is needed, got 0"),
    (
        lambda: nn.RecurrentClassifier(1, 1, 2, cell="lstm"),
        ValueError,
        "cell: one of RNN, GRU, LSTM is needed, got 'lstm'",
    ),
    (lambda: nn.CNN(1, 3, 2), ValueError, "size: at least 4 is needed for 2 poolings, got 3"),
    (lambda: nn.MLP(3), ValueError, "sizes: those of the input and the output are needed at least, got (3,)"),
    (lambda: nn.Sequential(nn.Linear(1, 1), "relu"), TypeError, "Sequential: layers are needed, got 'relu'"),
    (
        lambda: nn.Sequential(*[nn.Linear(1, 1)] * 2),
        ValueError,
        "Sequential: each layer is needed once, the same one stands in two places",
    ),
    (
        lambda: nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1, dtype=np.float64)),
        TypeError,
        "Sequential: layers of one dtype are needed, got float32 and float64",
    ),
    (
        lambda: setattr(nn.Linear(2, 3), "weight", np.zeros((2, 3))),
        ValueError,
        "Linear(2, 3): weight of shape (3, 2) is needed, got (2, 3)",
    ),
    (
        lambda: nn.LSTM(1, 2).forward(np.zeros((3, 1, 1)), np.zeros((1, 1, 2))),
        TypeError,
        "LSTM(1, 2): state of 2 arrays (h, c) is needed, got ndarray",
    ),
    (
        lambda: nn.RNN(1, 2).forward(np.zeros((3, 1, 1)), np.zeros((1, 2))),
        ValueError,
        "RNN(1, 2): state of shape (1, 1, 2) is needed, got (1, 2)",
    ),
    (
        lambda: losses.huber(np.zeros(2), np.zeros(2), delta=0),
        ValueError,
        "huber: delta above 0 is needed, got 0",
    ),
    (
        lambda: losses.hinge(np.zeros(2), np.array([1, 0])),
        ValueError,
        "hinge: targets of -1 and 1 are needed, got 0.0",
    ),
    (
        lambda: losses.binary_cross_entropy(np.zeros(2), np.array([0.5, 2])),
        ValueError,
        "binary_cross_entropy: targets from 0 to 1 are needed, got 2.0",
    ),
    (
        lambda: nn.CharModel(2, 1, 1).sample([0], 2, temperature=0),
        ValueError,
        "temperature: a number above 0 is needed, got 0",
    ),
]


@pytest.mark.parametrize("call, kind, text", SETTINGS, ids=[row[2][:40] for row in SETTINGS])
def test_a_bad_setting_is_named(call, kind, text):
    assert message(kind, call) == text
