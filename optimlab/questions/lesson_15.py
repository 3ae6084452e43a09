"""The questions of lesson 15."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "15.before.pieces",
        "A batch of 64 goes through the network in two pieces, of 40 and of 24. How do the two mean "
        "gradients become that of the batch?",
        answer="40/64 of the first and 24/64 of the second",
        replies={
            "half of each": "Then an example of the small piece counts for more than one of the large one.",
            "40/64 of the first and 24/64 of the second":
                "A mean over examples, put together from means over examples.",
            "their sum": "That is the gradient of a summed loss over pieces: about twice too long.",
        },
        again=True,
    ),
    Question(
        "15.before.state",
        "How many numbers does AdamW keep for each weight, beside the weight and its gradient?",
        answer="two",
        replies={
            "none": "That is plain gradient descent.",
            "one": "That is momentum's velocity. Adam has an average of the squares, too.",
            "two": "m and v. Remember it for the bill, further down.",
        },
        again=True,
    ),
    Question(
        "15.before.groups",
        "Which arrays of a network should not decay?",
        answer="biases and the scales of norms",
        replies={
            "biases and the scales of norms": "Everything with fewer than two axes, as a rule of thumb.",
            "the matrices": "They are what decay is for.",
            "those of the first layer": "Where a layer stands does not matter. What its arrays do does.",
        },
        again=True,
    ),
    Question(
        "15.add",
        "w = 1.0, in bfloat16. You add 0.001, a thousand times. What is w?",
        answer=1,
        reply="Not 2. The next number above 1 is 1.0078, and 1.001 is nearer to 1. So the first addition "
        "does nothing, and neither does any of the others. If you wrote 2, you did the arithmetic, and your "
        "machine would have done another one.",
    ),
    Question(
        "15.average",
        "An average, avg = 0.999 * avg + 0.001 * new, stands at 1.0. Then 5,000 zeros come in, all in "
        "bfloat16. Where is the average?",
        answer="at 1.0",
        replies={
            "at 0.0067": "0.999**5000, which is what arithmetic says. But 0.999 rounds to 1, every time.",
            "at 1.0": "0.999 is nearer to 1 than to the next number below, 0.9961. It never gets away.",
            "at 0": "It would need to move first. 0.999 rounds to 1, every time.",
        },
    ),
    Question(
        "15.memory",
        "The weights of a model with 7 billion parameters fill 14 GB, at 2 bytes each. How much does Adam "
        "need to train it, before a single activation is counted?",
        unit="GB",
        answer=112,
        reply="16 bytes for each parameter. Weight and gradient take 2 each; a float32 copy of the weight "
        "takes 4, and m and v take 4 each. The weights that you ship are an eighth of it.",
    ),
    Question(
        "15.width",
        "A network with 64 hidden units is best at a learning rate of about 2**-8. You make its layers 1024 "
        "wide. Where is the best rate now?",
        answer="less than a tenth of it",
        replies={
            "about the same":
                "One would hope so, and most people tune as if it were. At the old rate the wide network is "
                "lost.",
            "about half of it": "In the right direction, and not far enough.",
            "less than a tenth of it":
                "The layers are 16 times wider, and the rate falls by about as much or more.",
            "higher":
                "A wider network has more room, but each of its sums has more terms, and they all move.",
        },
    ),
    Question(
        "15.log",
        "Step 1200: loss 2.31, gradient norm 0.9. Step 1300: 2.30, 4.1. Step 1400: 2.29, 19. Step 1500: nan, "
        "nan. When could you have known?",
        answer="at step 1300, from the norm",
        replies={
            "at step 1500, from the loss": "By then it is over, and so are the weights.",
            "at step 1400, from the loss": "The loss was falling until the end. It is a mean, and late.",
            "at step 1300, from the norm":
                "Four times the usual length while the loss says nothing. Clipping would have held it, and a "
                "checkpoint from step 1200 saves the day.",
        },
        again=True,
    ),
    Question(
        "15.after.master",
        "Mixed precision keeps a float32 copy of every weight. What is it for?",
        answer="small steps add up there",
        replies={
            "a better forward pass": "The forward pass runs on the 16-bit weights. That is where it is fast.",
            "small steps add up there":
                "A step of a thousandth is lost in 16 bits and kept in 32. After four of them even the "
                "16-bit weight moves.",
            "a safe copy, if the run crashes": "That is a checkpoint. This one is used in every step.",
        },
        again=True,
    ),
)
