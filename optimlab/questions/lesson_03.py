"""The questions of lesson 03."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "03.before.multiplier",
        "On `x**2 / 2`, with exact gradients and `lr = 0.1`, what does one step do to `x`?",
        answer="multiplies it by 0.9",
        replies={
            "subtracts 0.1": "It subtracts 0.1 times the slope, and the slope is `x` itself.",
            "multiplies it by 0.9": "`1 - lr * curvature`, the multiplier of lesson 02. You will need it.",
            "takes it to 0": "That is `lr = 1`. With 0.1 a tenth of the way is done.",
        },
        again=True,
    ),
    Question(
        "03.before.limit",
        "Ten curvatures, from 1 to 10. Which learning rate is too large for exact gradient descent?",
        answer="0.25",
        replies={
            "0.1": "That is `1 / L`, a factor of two below the limit.",
            "0.18": "Close to `2 / (mu + L)`, the best there is. The limit is `2 / L = 0.2`.",
            "0.25": "The limit is `2 / L = 0.2`, and noise will not move it.",
        },
        again=True,
    ),
    Question(
        "03.before.mean",
        "The loss is a mean over 1000 examples. You compute the same mean, and its gradient, over 10 of "
        "them. Compared with the full gradient, how long will it be, roughly?",
        answer="about as long, and it points a little elsewhere",
        replies={
            "a hundred times shorter": "A sum over 10 would be. A mean of 10 has the size of a mean of 1000.",
            "about as long, and it points a little elsewhere":
                "Right on average, and off by what the ten examples happen to be.",
            "ten times longer": "It is a mean, so the number of examples divides out.",
        },
        again=True,
    ),
    Question(
        "03.half",
        "At `lr = 0.1` and a batch of 4, noise holds you 0.115 from the minimum. Which batch size "
        "brings that to half?",
        unit="examples",
        answer=16,
        reply="A mean of four times as many examples has a quarter of the variance, and half of the "
              "standard deviation. If you wrote 8, you halved the variance, which is the quantity that falls "
              "as 1/B.",
    ),
    Question(
        "03.replacement",
        "You draw 1000 times from 1000 rows, at random and with replacement. How many different rows have "
        "you seen?",
        unit="rows",
        answer=632,
        reply="A row is missed by one draw with probability 0.999, and by a thousand with 0.999**1000 = "
              "0.368. If you wrote something near 1000, most people do: a thousand draws sound like a "
              "thousand rows.",
    ),
    Question(
        "03.interpolation",
        "Every example can be fitted exactly, and `lr` and the batch size, 1, never change. What does the "
        "loss do?",
        answer="it falls and falls",
        replies={
            "it stalls at a floor, as in the bowl":
                "In the bowl the examples disagree at the minimum. Here none of them pulls there, so nothing "
                "is left to push you out, and it falls on.",
            "it falls and falls":
                "At the minimum every single gradient is zero, so the noise dies out with the loss.",
            "it falls, then rises again":
                "Nothing here makes it rise: the noise gets weaker the closer you come, and it falls on.",
        },
    ),
    Question(
        "03.batch",
        "A batch of 4 needs about 1500 steps at its best learning rate. How many does a batch of 16 need, at "
        "its own best?",
        answer="about 375",
        replies={
            "about 1500": "That is what the same learning rate would give. With four times the batch you may "
                          "have four times the rate: about 375.",
            "about 750": "The noise is halved, but the step may be four times as long: about 375.",
            "about 375": "A quarter, at four times the learning rate. Ask again at 4096.",
        },
    ),
    Question(
        "03.fair",
        "At `lr = 0.17`, after three times through the data, batches of 16 have a validation loss of 0.4 and "
        "batches of 128 have 2.0. Each with its own best rate: what becomes of the gap?",
        answer="it narrows, and 16 stays ahead",
        replies={
            "it stays as it is": "It narrows from 1.6 to 0.9. The rate 0.17 is too small for both, and it "
                                 "costs 128 far more.",
            "it narrows, and 16 stays ahead":
                "About 0.2 and 1.1. A good part of the gap was the learning rate, and the rest is the number "
                "of steps: 207 against 27.",
            "it turns round": "It does narrow. But 128 takes 27 steps where 16 takes 207, and no rate makes "
                              "up for that here.",
        },
    ),
    Question(
        "03.edge",
        "You try 0.001, 0.003 and 0.01. The loss is lowest at 0.01. What do you do?",
        answer="try 0.03 and 0.1 before saying anything",
        replies={
            "report 0.01 as the best": "It is the best of three, and the curve was still falling at its end.",
            "try 0.03 and 0.1 before saying anything":
                "A minimum counts once it has a worse neighbour on either side.",
            "try 0.008 and 0.012": "A finer look is for later. First find a rate that is too large.",
        },
        again=True,
    ),
    Question(
        "03.after.plateau",
        "A training loss has been level, and jittery, for 300 steps. Which of these is the cheapest "
        "thing to find out what it is?",
        answer="divide the learning rate by ten for a while",
        replies={
            "start again from another point":
                "That would be for a local minimum. A floor made by noise is there from every start.",
            "divide the learning rate by ten for a while":
                "If the loss drops within a few multiples of `1 / (lr * h)` steps, noise was holding it up.",
            "train ten times longer": "A floor stays a floor, however long you wait.",
        },
        again=True,
    ),
)
