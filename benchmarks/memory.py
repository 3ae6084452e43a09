"""How much memory a step takes besides params, grads and states: python benchmarks/memory.py

The promise is at most 4 MiB, whatever the size. Rules that treat every element alone, or that need sums of
whole arrays, are walked in blocks and keep it. The last column of the others says how many arrays they need.
"""

import tracemalloc

import numpy as np

import optimlab.optim as optim

MIB = 2**20

# What needs memory that grows with params, besides its states, and why.
BY_NATURE = {
    "Shampoo": "one L, its eigenvectors and its root at a time, and the preconditioned gradient",
    "SOAP": "the gradient and the momentum turned into the eigenbasis and back",
    "Muon": "the iterates of Newton-Schulz and their products",
    "LBFGS": "the history of all arrays in one vector each, and the points of the line search",
    "SAM": "a copy of params, to return to them exactly",
    "Sophia": "nothing more in most steps; where it estimates the Hessian, a copy of params, signs and two "
              "gradients",
}


def make(name, p):
    if name in ("SAM", "Lookahead"):
        return getattr(optim, name)(optim.SGD(p))
    return getattr(optim, name)(p)


def scratch(optimizer, grads):
    """The largest number of bytes that a step holds at once, beyond what it held before."""

    def closure():
        return 0.0, [grads]

    for _ in range(7):  # RAdam divides from its sixth step on
        optimizer.step(grads, closure=closure)
    tracemalloc.start()
    try:
        optimizer.step(grads, closure=closure)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def states(optimizer):
    return sum(np.asarray(value).nbytes for state in optimizer.state for value in state.values())


def main():
    names = [
        name
        for name in optim.__all__
        if name not in ("Optimizer", "Group") and hasattr(getattr(optim, name), "step")
    ]
    print("| optimizer | elements | params MiB | states MiB | scratch MiB | scratch / params |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in names:
        for side in (300, 1000, 3000):
            if name in ("Shampoo", "SOAP", "Muon", "LBFGS") and side > 300:
                continue  # roots and bases of larger matrices take minutes, LBFGS keeps 200 arrays
            p = np.random.default_rng(0).random((side, side), np.float32)
            grads = np.random.default_rng(1).random((side, side), np.float32)
            optimizer = make(name, p)
            bytes_used = scratch(optimizer, grads)
            print(
                f"| {name} | {p.size:.0e} | {p.nbytes / MIB:.1f} | {states(optimizer) / MIB:.1f} | "
                f"{bytes_used / MIB:.2f} | {bytes_used / p.nbytes:.2f} |",
                flush=True,
            )
    print("\nBesides blocks these need, by their nature:\n")
    for name, what in BY_NATURE.items():
        print(f"- {name}: {what}")


if __name__ == "__main__":
    main()
