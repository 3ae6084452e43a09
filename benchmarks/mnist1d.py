"""MNIST-1D as in its paper: test accuracy and training time of four models, 4000 curves against 1000.

    python benchmarks/mnist1d.py [logistic mlp cnn gru]

The paper's models (410, 15,210, 5,210 and 5,134 params), and its Adam with lr 0.01, batches of 100, 6000
steps. Nothing is chosen by the test part: it is looked at once, after the last step. Five seeds, which draw
the first params and the orders; one process, one thread. Beside it stand the paper's table, and what
the authors' own notebook (mnist1d-classification.ipynb, one seed, the same settings) prints after step 6000.
Paper: Greydanus and Kobak (2024), Scaling Down Deep Learning with MNIST-1D.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import sys  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from optimlab import Adam, data, fit, nn  # noqa: E402
from optimlab.train import evaluate  # noqa: E402

SEEDS, BATCH, LR, EPOCHS = 5, 100, 0.01, 150       # 40 steps an epoch
PAPER = {"logistic": 32, "mlp": 68, "cnn": 94, "gru": 91}
NOTEBOOK = {"logistic": 31.5, "mlp": 65.1, "cnn": 92.3, "gru": 89.1}


class Skip(nn.Model):
    """An MLP with two hidden layers, the second added to the first."""

    def __init__(self, inputs, hidden, classes, rng):
        rng = np.random.default_rng(rng)
        super().__init__({
            "flatten": nn.Flatten(), "first": nn.Linear(inputs, hidden, rng=rng), "relu1": nn.ReLU(),
            "second": nn.Linear(hidden, hidden, rng=rng), "relu2": nn.ReLU(),
            "third": nn.Linear(hidden, classes, rng=rng),
        })

    def forward(self, x):
        flatten, first, relu1, second, relu2, third = self.layers.values()
        h = relu1.forward(first.forward(flatten.forward(x)))
        return third.forward(h + relu2.forward(second.forward(h)))

    def backward(self, dout, input_grad=True):
        _, first, relu1, second, relu2, third = self.layers.values()
        dh = third.backward(dout)
        first.backward(relu1.backward(dh + second.backward(relu2.backward(dh))), input_grad=False)


class BothWays(nn.Model):
    """Two GRUs, one reading forwards and one backwards, and a Linear on everything they say."""

    def __init__(self, hidden, points, classes, rng):
        rng = np.random.default_rng(rng)
        super().__init__({
            "forwards": nn.GRU(1, hidden, batch_first=True, rng=rng),
            "backwards": nn.GRU(1, hidden, batch_first=True, rng=rng),
            "linear": nn.Linear(2 * hidden * points, classes, rng=rng),
        })

    def forward(self, x):
        x = x.transpose(0, 2, 1)
        forwards, backwards, linear = self.layers.values()
        said = np.concatenate([forwards.forward(x)[0], backwards.forward(x[:, ::-1])[0]], axis=2)
        self.shape = said.shape
        return linear.forward(said.reshape(len(x), -1))

    def backward(self, dout, input_grad=True):
        forwards, backwards, linear = self.layers.values()
        one, two = np.split(linear.backward(dout).reshape(self.shape), 2, axis=2)
        forwards.backward(np.ascontiguousarray(one))
        backwards.backward(np.ascontiguousarray(two))


def make(name, seed):
    if name == "logistic":
        return nn.MLP(40, 10, rng=seed)
    if name == "mlp":
        return Skip(40, 100, 10, rng=seed)
    if name == "gru":
        return BothWays(6, 40, 10, rng=seed)
    return nn.Sequential(
        nn.Conv1d(1, 25, 5, stride=2, padding=1), nn.ReLU(),
        nn.Conv1d(25, 25, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv1d(25, 25, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(125, 10), rng=seed)


def main(names):
    curves = data.mnist1d()
    print("model     params  test accuracy, median (lowest to highest)  notebook  paper  seconds a run")
    for name in names:
        found, seconds = [], []
        for seed in range(SEEDS):
            model = make(name, seed)
            start = time.perf_counter()
            optimizer = Adam(model.params, lr=LR)
            fit(model, curves.train, optimizer, EPOCHS, batch_size=BATCH, seed=seed, progress=False)
            seconds.append(time.perf_counter() - start)
            found.append(100 * evaluate(model, *curves.test)[1])
        print(f"{name:9} {model.params.size:6} {np.median(found):14.1f} % ({min(found):.1f} to "
              f"{max(found):.1f}) {NOTEBOOK[name]:19} % {PAPER[name]:4} % {np.median(seconds):13.1f}",
              flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(PAPER))
