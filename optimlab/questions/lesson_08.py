"""The questions of lesson 08."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "08.before.size",
        "Every gradient of a weight is 1000, step after step, and `lr = 0.01`. How long is one step of Adam?",
        answer="0.01",
        replies={
            "10": "That is gradient descent, `lr * g`. Adam divides by the size of the gradients.",
            "0.01": "`m_hat` is 1000 and `sqrt(v_hat)` is 1000. What is left is `lr`.",
            "0.00001": "Division by 1000 is right, but `m_hat` is 1000 too.",
        },
        again=True,
    ),
    Question(
        "08.before.memory",
        "A number is multiplied by 0.999 at every step. About how many steps until a third of it is left?",
        answer="1000",
        replies={
            "100": "After 100 steps 0.999**100 = 0.90 is left.",
            "693": "That is when half is left; for a third, or 1/e = 0.37, it takes 1000.",
            "1000": "`0.999**1000 = 0.37`. One over the share that a step takes: this number comes back.",
        },
        again=True,
    ),
    Question(
        "08.before.silent",
        "A weight gets the gradient 0, at every step from the first. How far does Adam move it?",
        answer="not at all",
        replies={
            "not at all": "0 / (0 + eps) is 0. Remember this weight, it is about to get company.",
            "by lr in each step": "That is for any gradient that is not 0, however small, as long as it is "
                                  "well above `eps`.",
            "it depends on eps": "`eps` stands below the line; above it is 0.",
        },
        again=True,
    ),
    Question(
        "08.pixel",
        "A pixel is dark in every picture, so its weights get no gradient from the loss. Adam runs 980 "
        "steps at lr 0.003 with an L2 penalty of 0.03. What is left of these weights?",
        answer="nothing",
        replies={
            "nearly all: 0.03 is a small penalty":
                "The size of the penalty drops out, since here it is the whole gradient: Adam walks each "
                "weight to 0 at about 0.003 a step, and none was further away than 0.125.",
            "about a third":
                "AdamW with 0.3 leaves 0.41. Here the penalty is all the gradient there is, so Adam makes "
                "full steps of it: nothing is left.",
            "nothing":
                "The penalty is the whole gradient, and Adam turns any gradient into steps of about lr. None "
                "of these weights was further from 0 than 0.125.",
        },
    ),
    Question(
        "08.default",
        "PyTorch's AdamW has lr 0.001 and a decay of 0.01 unless you say otherwise. What share of a weight "
        "has decayed after 1000 steps?",
        unit="percent",
        answer=1,
        reply="A step takes 0.001 * 0.01, a hundred-thousandth, and a thousand steps take a hundredth. The "
              "time scale is 100,000 steps.",
    ),
    Question(
        "08.bound",
        "AdamW with a decay of 0.1 trains the bias, whose loss is lowest at 100. Where does it come to rest?",
        answer="10",
        replies={
            "100": "That is the minimum of the loss. The decay pulls, though, and it is not weak: AdamW "
                   "stops at 10.",
            "90.9": "That is the minimum of loss plus penalty, where SGD and Adam go. AdamW has no penalty, "
                    "and stops at 10.",
            "10": "At 10 the decay takes 0.1 * 10 = 1 in units of lr, which is all that Adam's step can give "
                  "back.",
        },
    ),
    Question(
        "08.after.halve",
        "AdamW runs well at lr 0.002 with a decay of 0.1. You halve the learning rate and leave the number "
        "of steps. Which decay keeps the share that is forgotten?",
        answer="0.2",
        replies={
            "0.05": "Then the product falls to a quarter, and four times as much is remembered.",
            "0.1": "The share is `lr * wd`, so it has been halved too.",
            "0.2": "`lr * wd` stays, and with it the time scale of 5000 steps.",
        },
        again=True,
    ),
    Question(
        "08.after.norm",
        "A batch normalisation has an array `weight` of shape (16,). Does it decay?",
        answer="no, it has one dimension",
        replies={
            "yes, it is a weight": "By name only. It holds one scale for each channel, and starts at 1.",
            "no, it has one dimension":
                "One scale for each channel, with no natural resting place at 0. The number of dimensions "
                "says it, the name does not.",
            "only if there is no bias": "The rule asks for the dimensions of this array alone.",
        },
        again=True,
    ),
)
