"""The questions of lesson 12."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "12.before.limit",
        "A bowl with largest curvature 8. Above which learning rate does gradient descent run away?",
        answer="0.25",
        replies={
            "0.125": "1 / L brings the steep direction to rest in one step. The limit is twice as far.",
            "0.25": "2 / L. Turned round: at lr 0.25 it can live with curvatures up to 8.",
            "4": "Learning rate times curvature has to stay below 2.",
        },
        again=True,
    ),
    Question(
        "12.before.momentum",
        "And the heavy ball with momentum 0.9 on the same bowl?",
        answer="0.475",
        replies={
            "0.25, as without": "Momentum moves the limit out, to 2 (1 + momentum) / L.",
            "0.475": "2 (1 + 0.9) / 8. You saw it on the map of lesson 04.",
            "0.025": "That would be a tenth. It is the averaged form whose rate differs by ten.",
        },
        again=True,
    ),
    Question(
        "12.before.hessian",
        "A network has 673 weights. How many numbers are there in the matrix of its second derivatives?",
        answer="673 times 673",
        replies={
            "673": "That is the gradient. Each slope changes with each weight.",
            "673 times 673": "452,929. For a million weights it is a million million, so nobody stores it.",
            "2 times 673": "Each of the 673 slopes changes with each of the 673 weights.",
        },
        again=True,
    ),
    Question(
        "12.ups",
        "At lr 0.1 the loss falls to less than a two-thousandth of its first value in 12,000 steps of exact "
        "gradient descent. In how many percent of the steps does it rise?",
        unit="percent",
        answer=33,
        reply="A third. If you wrote 0, you know your lesson 02: below 2 / L every step lowers the loss. The "
              "training is not below it, and yet it goes down.",
    ),
    Question(
        "12.catapult",
        "At step 3000 the sharpness is 20, which lr 0.1 just bears. Now lr is 0.15. What happens?",
        answer="the loss jumps up, then falls again",
        replies={
            "it diverges": "On a bowl it would. Here the swing grows until it reaches flatter ground.",
            "nothing: the network is trained by now": "The loss jumps from 0.006 to above 4 within 14 steps.",
            "the loss jumps up, then falls again":
                "From 0.006 to above 4, and down again, with a sharpness of about 10.",
        },
    ),
    Question(
        "12.flat",
        "All weights into a ReLU layer times 10, all weights out of it divided by 10. What changes?",
        answer="the sharpness, and nothing that the network says",
        replies={
            "nothing": "Nothing that it says. But its loss is now far steeper in the weights that shrank.",
            "the sharpness, and nothing that the network says":
                "The output agrees to the last digit, and the sharpness is 55 times what it was.",
            "its output, by a factor of ten": "ReLU passes a factor through: times 10, divided by 10.",
        },
    ),
    Question(
        "12.wilson",
        "Separable data, 200 examples. Gradient descent and Adam both fit all of them, to the last digit. "
        "Gradient descent names no new example wrong. How many does Adam?",
        answer="30 %",
        replies={
            "none: both fit the data": "Many weights fit the data. Which of them a method finds is its own "
                "affair: 30 %.",
            "about 1 %": "That would be noise. It is 30 %: all that are not +1.",
            "30 %": "It says +1 to everybody, and 30 % are not.",
        },
    ),
    Question(
        "12.after.limit",
        "A colleague says: the loss rose in this step, so the learning rate is too high. Full batch, lr 0.1, "
        "sharpness 20. What do you say?",
        answer="it may be at the edge: look at the loss over many steps",
        replies={
            "yes, halve it": "Then the sharpness climbs to 40, and you are back where you were, later.",
            "it may be at the edge: look at the loss over many steps":
                "Single steps rise there, a third of them. The trend falls.",
            "the gradient has a bug": "It may, but a rise at the edge is no sign of one.",
        },
        again=True,
    ),
)
