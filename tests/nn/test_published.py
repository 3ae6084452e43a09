"""Single calls with published answers, from the assignments of Stanford's course CS231n, through our layers.

Its arrays are laid out as (in, out), and its LSTM stacks the gates as i, f, o, g; ours are PyTorch's.
"""

import numpy as np

from optimlab import nn


def ramp(low, high, *shape):
    return np.linspace(low, high, int(np.prod(shape))).reshape(shape)


def close(ours, published):
    return np.abs(ours - np.array(published)).max() < 1e-8


def test_convolution_with_stride_two_and_padding_one():
    layer = nn.Conv2d(3, 3, 4, stride=2, padding=1, dtype=np.float64)
    layer.weight, layer.bias = ramp(-0.2, 0.3, 3, 3, 4, 4), ramp(-0.1, 0.2, 3)
    out = layer.forward(ramp(-0.1, 0.5, 2, 3, 4, 4))
    assert close(out, [
        [[[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
         [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
         [[0.50813986, 0.54309974], [0.64082444, 0.67101435]]],
        [[[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
         [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
         [[2.36270298, 2.36904306], [2.38090835, 2.38247847]]],
    ])  # fmt: skip


def test_two_by_two_max_pooling():
    out = nn.MaxPool2d(2, stride=2).forward(ramp(-0.3, 0.4, 2, 3, 4, 4))
    assert close(out, [
        [[[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
         [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
         [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]]],
        [[[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
         [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
         [[0.32631579, 0.34105263], [0.38526316, 0.4]]],
    ])  # fmt: skip


def test_one_step_of_an_rnn():
    layer = nn.RNN(10, 4, dtype=np.float64)
    layer.weight_ih_l0, layer.weight_hh_l0 = ramp(-0.1, 0.9, 10, 4).T, ramp(-0.3, 0.7, 4, 4).T
    layer.bias_ih_l0, layer.bias_hh_l0 = ramp(-0.2, 0.4, 4), np.zeros(4)
    out, last = layer.forward(ramp(-0.4, 0.7, 1, 3, 10), ramp(-0.2, 0.5, 1, 3, 4))
    assert np.array_equal(out, last)
    assert close(last[0], [
        [-0.58172089, -0.50182032, -0.41232771, -0.31410098],
        [0.66854692, 0.79562378, 0.87755553, 0.92795967],
        [0.97934501, 0.99144213, 0.99646691, 0.99854353],
    ])  # fmt: skip


def test_one_step_of_an_lstm():
    layer = nn.LSTM(4, 5, dtype=np.float64)

    def ours(array):
        """Columns i, f, o, g become rows i, f, g, o."""
        i, f, o, g = np.split(array, 4, axis=-1)
        return np.concatenate([i, f, g, o], axis=-1).T

    layer.weight_ih_l0, layer.weight_hh_l0 = ours(ramp(-2.1, 1.3, 4, 20)), ours(ramp(-0.7, 2.2, 5, 20))
    layer.bias_ih_l0, layer.bias_hh_l0 = ours(ramp(0.3, 0.7, 20)), np.zeros(20)
    state = ramp(-0.3, 0.7, 1, 3, 5), ramp(-0.4, 0.9, 1, 3, 5)
    out, (h, c) = layer.forward(ramp(-0.4, 1.2, 1, 3, 4), state)
    assert close(h[0], [
        [0.24635157, 0.28610883, 0.32240467, 0.35525807, 0.38474904],
        [0.49223563, 0.55611431, 0.61507696, 0.66844003, 0.7159181],
        [0.56735664, 0.66310127, 0.74419266, 0.80889665, 0.858299],
    ])  # fmt: skip
    assert close(c[0], [
        [0.32986176, 0.39145139, 0.451556, 0.51014116, 0.56717407],
        [0.66382255, 0.76674007, 0.87195994, 0.97902709, 1.08751345],
        [0.74192008, 0.90592151, 1.07717006, 1.25120233, 1.42395676],
    ])  # fmt: skip
