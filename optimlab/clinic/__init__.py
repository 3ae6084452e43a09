"""The training clinic: twelve seeded runs that go wrong, their logs, and what tells one cause from another.

A lesson shows a case (curves, log, code), asks for a diagnosis, and has the reader mend the code:

    clinic.show(1)                   # loss, accuracy and gradient norm of the broken run, beside the target
    print(clinic.log(1))             # the same as a table of text, one line an epoch
    print(clinic.batches(1, 0, 5))   # the first five batches, one by one
    print(clinic.layers(1))          # each array: how long it is, and its gradient
    %exercise 16.1                   # the stub is the code as it is broken; the check runs what was mended
    clinic.show(1, patient_1)        # the mended run over the broken one

The question for each case is `16.N.diagnosis` in optimlab/questions/lesson_16.py; every wrong diagnosis is
answered from the evidence. The functions are in `cases`, and `run` trains one and returns a Run; `signs` are
what a check looks at beside the accuracy, so that a run which reaches its target with the fault still in it
is told from a mended one. Cases 1 to 6 are the core, 7 to 12 are optional. A run takes 0.05 s, case 6 0.2 s.

>>> from optimlab import clinic
>>> run = clinic.run(1)
>>> run.reached, len(run.losses), clinic.target(1)
(False, 180, 0.9)
"""

from optimlab.clinic.pictures import batches, layers, log, show
from optimlab.clinic.run import CASES, Run, broken, examples, network, run, target

__all__ = [
    "CASES", "Run", "batches", "broken", "examples", "layers", "log", "network", "run", "show", "target",
]
