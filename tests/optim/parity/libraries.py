"""How to run an optimizer of another library on one of our problems. Nothing is imported until it runs."""

import contextlib
import io

import numpy as np

from parity import STEPS, Reference


def torch_optim(name, read=None):
    """torch.optim.<name>, in float64; `read` names a state to compare in the place of the params."""

    def run(problem, settings):
        import torch

        def states(optimizer, params):
            return [optimizer.state[p][read] for p in params]

        return torch_run(getattr(torch.optim, name), problem, settings, states if read else None)

    return Reference(f"torch.optim.{name}", ("torch",), run)


def pytorch_optimizer(name):
    """An optimizer of pytorch_optimizer, which runs on torch."""

    def run(problem, settings):
        import pytorch_optimizer

        return torch_run(getattr(pytorch_optimizer, name), problem, settings)

    return Reference(f"pytorch_optimizer.{name}", ("pytorch_optimizer", "torch"), run)


def torch_run(make, problem, settings, read=None):
    """The path of a torch-like optimizer; `read(optimizer, params)` returns the tensors to compare."""
    import torch

    params = [torch.nn.Parameter(torch.from_numpy(p.copy())) for p in problem.start]
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # NAdam keeps its running product in the default dtype
    try:
        return _torch_path(make, problem, settings, read, params)
    finally:
        torch.set_default_dtype(before)


def _torch_path(make, problem, settings, read, params):
    import torch

    with contextlib.redirect_stdout(io.StringIO()):
        optimizer = make(params, **settings)
    if hasattr(optimizer, "train"):
        optimizer.train()
    path = []
    for t in range(1, STEPS + 1):

        def closure(t=t):
            arrays = [p.detach().numpy() for p in params]
            for p, g in zip(params, problem.grads(arrays, t), strict=True):
                p.grad = torch.from_numpy(np.asarray(g))
            return torch.tensor(problem.loss(arrays, t), dtype=torch.float64)

        closure()
        optimizer.step(closure)
        tensors = params if read is None else read(optimizer, params)
        path.append([p.detach().numpy().copy() for p in tensors])
    return path


def optax(name):
    """optax.<name> or optax.contrib.<name>, in float64."""

    def run(problem, settings):
        import optax

        make = getattr(optax, name, None) or getattr(optax.contrib, name)
        return optax_run(make, problem, settings)

    return Reference(f"optax.{name}", ("optax", "jax"), run)


def optax_run(make, problem, settings):
    """The path of an optax transformation."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    transformation = make(**settings)

    @jax.jit
    def step(grads, state, params):
        updates, state = transformation.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    params = [jax.numpy.asarray(p) for p in problem.start]
    state = transformation.init(params)
    path = []
    for t in range(1, STEPS + 1):
        grads = [jax.numpy.asarray(g) for g in problem.grads([np.asarray(p) for p in params], t)]
        params, state = step(grads, state, params)
        path.append([np.array(p) for p in params])
    return path
