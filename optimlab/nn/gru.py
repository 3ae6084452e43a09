"""GRU: two gates decide how much of the memory each step uses and how much of it it replaces."""

import numpy as np

from optimlab.nn.activations import sigmoid
from optimlab.nn.recurrent import Recurrent


class GRU(Recurrent):
    """A recurrent layer with a reset gate r and an update gate z, PyTorch's GRU.

        r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
        z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
        n = tanh(W_in x + b_in + r * (W_hn h + b_hn))
        h = (1 - z) * n + z * h

    Args, shapes and raises as in RNN (without nonlinearity); each weight stacks the rows of r, z and n:
    weight_ih_l0 (3 * hidden_size, input_size), weight_hh_l0 (3 * hidden_size, hidden_size).

    >>> layer = GRU(1, 1, dtype=np.float64)
    >>> layer.params = np.zeros(layer.params.shape)
    >>> output, last = layer.forward(np.zeros((2, 1, 1)), np.array([[[8.0]]]))
    >>> output.ravel()
    array([4., 2.])
    >>> dx, dfirst = layer.backward(None, np.array([[[1.0]]]))
    >>> dfirst.ravel()
    array([0.25])

    Source: Cho et al. (2014).
    """

    gates = 3

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        *,
        truncate=None,
        init="default",
        rng=None,
        dtype=np.float32,
    ):
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, truncate, init, rng, dtype)

    def _steps(self, a, first, w_hh, b_hh):
        steps, n, size = a.shape[0], a.shape[1], self.hidden_size
        hs = np.empty((steps + 1, n, size), a.dtype)
        rzn, brought = np.empty((steps, n, 3 * size), a.dtype), np.empty((steps, n, 3 * size), a.dtype)
        hs[0], w = first[0], np.ascontiguousarray(w_hh.T)
        for t in range(steps):
            b = np.matmul(hs[t], w, out=brought[t])
            b += b_hh
            rz = rzn[t, :, : 2 * size]
            rz[...] = sigmoid(a[t, :, : 2 * size] + b[:, : 2 * size])
            r, z, new = rz[:, :size], rz[:, size:], rzn[t, :, 2 * size :]
            np.tanh(a[t, :, 2 * size :] + r * b[:, 2 * size :], out=new)
            np.add(new, z * (hs[t] - new), out=hs[t + 1])
        return hs, [hs[-1]], (rzn, brought[:, :, 2 * size :])

    def _steps_back(self, hs, memory, dout, dlast, w_hh):
        (rzn, brought), size = memory, self.hidden_size
        r, z, new = rzn[:, :, :size], rzn[:, :, size : 2 * size], rzn[:, :, 2 * size :]
        # What dh is multiplied with on its way to each gate, for all steps at once.
        to_new = (1 - z) * (1 - new * new)
        to_gates = np.stack(
            [to_new * brought * r * (1 - r), (hs[:-1] - new) * z * (1 - z), to_new * r], axis=2
        )
        (dh,), da_h = dlast, np.empty_like(to_gates)
        da_new = np.empty_like(to_new)
        for t in reversed(range(len(rzn))):
            if dout is not None:
                dh += dout[t]
            np.multiply(dh[:, None], to_gates[t], out=da_h[t])
            np.multiply(dh, to_new[t], out=da_new[t])
            dh *= z[t]
            dh += da_h[t].reshape(len(dh), -1) @ w_hh
            if self._cuts(t):
                dh[...] = 0
        da_x = da_h.copy()
        da_x[:, :, 2] = da_new
        return da_x.reshape(rzn.shape), da_h.reshape(rzn.shape), [dh]
