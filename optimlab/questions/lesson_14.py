"""The questions of lesson 14."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "14.before.layers",
        "Each of six layers multiplies a signal by 0.41. What is left in the end?",
        answer="about 0.005",
        replies={
            "about 0.07": "That is 0.41 divided by six. Layers multiply: 0.41 to the power 6.",
            "about 0.005": "0.41 to the power 6, and the gradient meets the same factors on its way back.",
            "0.41": "That is one layer, and there are five more behind it.",
        },
        again=True,
    ),
    Question(
        "14.before.multiplier",
        "An error is multiplied by -1.1 in each step. What becomes of it?",
        answer="it grows without end",
        replies={
            "it swings and dies out": "It swings, but each swing is a tenth larger than the one before.",
            "it grows without end": "The size decides, 1.1, and the sign only says that it swings.",
            "it stays as large as it is": "At -1 it would.",
        },
        again=True,
    ),
    Question(
        "14.before.adam",
        "One batch brings a gradient a hundred times as long as usual. By how much does Adam's next step "
        "grow?",
        answer="less than tenfold",
        replies={
            "a hundredfold": "So it is with SGD. Adam divides by the gradient's size, this one included.",
            "less than tenfold": "It divides by the root of an average that the new square is part of.",
            "not at all": "If all gradients were so long, it would not. A single one still shows.",
        },
        again=True,
    ),
    Question(
        "14.cliff",
        "A network whose recurrent weights start three times as large as usual, SGD at 0.3, which the "
        "usual start survives. Five seeds. How many runs survive 30 epochs?",
        answer="none",
        replies={
            "none": "All five are gone within the first three epochs.",
            "two or three": "It is not a matter of luck: all five are gone within the first three epochs.",
            "all, but they learn slowly": "tanh holds the states, not the gradients. All five are gone.",
        },
    ),
    Question(
        "14.turn",
        "A gradient is (30, 1), and no element may be larger than 1 in size. Each element is cut by itself. "
        "By how much does that turn the arrow?",
        answer="by 43 degrees",
        replies={
            "not at all, it gets shorter":
                "Shorter, yes, to (1, 1). But (30, 1) pointed along the first axis.",
            "by 2 degrees": "That is where (30, 1) pointed, off the axis. (1, 1) points at 45 degrees.",
            "by 43 degrees": "From 2 degrees off the axis to 45, where (1, 1) points.",
        },
    ),
    Question(
        "14.scaled",
        "A loss is multiplied by 1024, so that small gradients survive in 16 bits. Somebody clips the "
        "gradient to 1 and divides by 1024 only then. What happens?",
        answer="it learns about a thousand times too slowly",
        replies={
            "nothing, the two cancel":
                "They would, if clipping were a multiplication. It stops at 1, whatever comes.",
            "it learns about a thousand times too slowly":
                "Every gradient is cut to 1 and then divided by 1024.",
            "it explodes": "The other way round: no step can be longer than lr / 1024.",
        },
    ),
    Question(
        "14.share",
        "Your log says that 98 % of the steps were clipped. What has become of the learning rate?",
        answer="lr times max_norm is the length of nearly every step",
        replies={
            "nothing, clipping is only a safety net":
                "A net that is touched in 98 % of the steps is the floor.",
            "lr times max_norm is the length of nearly every step":
                "So doubling max_norm doubles the step, and the gradient's own length counts no more.",
            "it is too small": "It may be right. But it no longer acts alone.",
        },
        again=True,
    ),
    Question(
        "14.text",
        "An LSTM reads a novel for three epochs, each optimizer at its own best rate. A guess costs 4.32, "
        "Adam ends at 1.91. Where does plain SGD end?",
        answer="at about 2.2",
        replies={
            "at about 1.9 too": "RMSprop and Adagrad do. Plain SGD stays at 2.16, at a rate of 10.",
            "at about 2.2": "2.16, at a rate of 10. With momentum it is 1.94.",
            "above 3": "At a rate below 0.1, yes. Tuned, at a rate of 10, it comes to 2.16.",
        },
    ),
    Question(
        "14.after.lstm",
        "An LSTM cannot remember what it read twenty steps ago. What do you try first?",
        answer="a larger bias of the forget gate",
        replies={
            "clipping": "That is for gradients that are too long. Here nothing arrives.",
            "a larger bias of the forget gate": "A gate at one half keeps a half to the power 20.",
            "a larger learning rate": "Twice as much of a millionth is two millionths.",
        },
        again=True,
    ),
)
