"""The questions of lesson 06."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "06.before.clock",
        "Every gradient is 1. What is Adagrad's rate in step 400, with `lr = 1`?",
        answer="0.05",
        replies={
            "0.0025": "The sum is 400, and the rate is one over its root.",
            "0.05": "One over the root of 400.",
            "1": "It would be, if Adagrad took a mean and not a sum. Hold on to that thought.",
        },
        again=True,
    ),
    Question(
        "06.before.falls",
        "Can Adagrad's rate for a weight ever rise?",
        answer="no, squares are only ever added",
        replies={
            "yes, when the gradients become small": "Small squares are still added. The sum cannot fall.",
            "no, squares are only ever added": "And a smaller sum is what a larger rate would need.",
            "yes, for a rare weight": "A rare weight's rate falls more slowly. It does not rise.",
        },
        again=True,
    ),
    Question(
        "06.before.edge",
        "Gradient descent on `h * w**2 / 2`. At which learning rate does it jump from side to side, neither "
        "nearer nor further, for ever?",
        answer="2 / h",
        replies={
            "1 / h": "That one lands on the minimum in a single step.",
            "2 / h": "The multiplier `1 - lr * h` is -1 there.",
            "h / 2": "The steeper it is, the smaller the rate has to be.",
        },
        again=True,
    ),
    Question(
        "06.first",
        "With PyTorch's `alpha = 0.99`, how many times `lr` is the first step?",
        unit="times lr",
        answer=10,
        reply="One over the root of 1 - 0.99. If you wrote 1, you thought of the average as full; it starts "
              "at zero. If you wrote 100, the root is missing. If you wrote 0.1, you had the right number on "
              "the wrong side of the line: the small cache divides.",
    ),
    Question(
        "06.bounce",
        "RMSprop on `h * w**2 / 2`, `lr = 0.5`, no noise. Where is `w` after 10,000 steps?",
        answer="it jumps between 0.25 and -0.25",
        replies={
            "at the minimum": "Gradient descent would be, since its steps shrink with the gradient. Here "
                "they are divided by their own size and stay `lr` long: it jumps between 0.25 and -0.25.",
            "it jumps between 0.5 and -0.5": "Close: the jump is 0.5 long, from one side to the other. It "
                "stands 0.25 away.",
            "it jumps between 0.25 and -0.25": "A jump is `lr` long, from side to side.",
            "it has run away": "Its rate does reach the limit, 2 / h. But further out it falls again, so it "
                "stays, and jumps between 0.25 and -0.25.",
        },
    ),
    Question(
        "06.rare",
        "A weight is seen once in 100 steps. With `alpha = 0.9`, how many times as long as that of a steady "
        "weight is its step, for equal gradients?",
        answer="3.2 times",
        replies={
            "as long": "Each is divided by its typical size, but for the rare one the zeros count too: 3.2 "
                "times.",
            "3.2 times": "1 / sqrt(1 - 0.9): the window was empty, and it is a first step again.",
            "10 times": "That is Adagrad, which counts all the way back. A window that is empty after 100 "
                "steps gives a first step again, 3.2 times.",
            "it grows without a limit": "Between its gradients the cache does fall towards zero. But the new "
                "square comes in before the division, so it ends at 3.2 times.",
        },
    ),
    Question(
        "06.eps",
        "`eps` is 1e-8 and every gradient is 1e-6. How much shorter is the step with `eps` under the root?",
        answer="a hundred times",
        replies={
            "hardly, eps is tiny": "Beside the root it is tiny: 1 % of 1e-6. Under the root it stands beside "
                "a square, 1e-12, and is ten thousand times as large. The step is a hundred times shorter.",
            "ten times": "The right direction. Under the root, 1e-8 acts like 1e-4, its root: a hundred "
                "times the gradient, and so a step a hundred times shorter.",
            "a hundred times": "Under the root, 1e-8 acts like 1e-4, a hundred times the gradient.",
        },
    ),
    Question(
        "06.after.why",
        "RMSprop with a constant `lr` does not settle on a plain bowl. Why?",
        answer="near the minimum the gradients shrink, and so does what they are divided by",
        replies={
            "the gradients are noisy": "In this lesson they were exact, and it jumped all the same.",
            "near the minimum the gradients shrink, and so does what they are divided by":
                "So the steps stay `lr` long, and the rate rises until it meets 2 / h.",
            "eps is too small": "With a much larger `eps` it would become gradient descent, and settle. That "
                "is a cure of a kind, but it gives up what the method is for.",
        },
        again=True,
    ),
)
