"""The questions of lesson 11."""

from optimlab.questions.question import Question

QUESTIONS = (
    Question(
        "11.before.first",
        "Adam's very first step, at lr 0.01, for a gradient of 1000 and for one of 0.001. How far does each "
        "weight move?",
        answer="both 0.01",
        replies={
            "10 and 0.00001": "That is gradient descent. Adam divides by the size of what it has seen.",
            "both 0.01": "m_hat over the root of v_hat is g over |g|. Today's first method keeps that up.",
            "it depends on eps only": "eps matters when gradients are near 1e-8. Here both moves are lr.",
        },
        again=True,
    ),
    Question(
        "11.before.turned",
        "kappa is 1000. A valley along the axes, and Adagrad needs 5 steps. Turned by 45 degrees, 9910. Why?",
        answer="it scales coordinates, and the valley no longer lies along them",
        replies={
            "the turned valley is steeper": "Its two curvatures are the same 1 and 1000. Only the axes "
                "changed.",
            "it scales coordinates, and the valley no longer lies along them":
                "Turned by 45 degrees, both coordinates see the steep direction, and get the same rate.",
            "its learning rate was not tuned again": "It was, at each angle: 9910 is the best it can do.",
        },
        again=True,
    ),
    Question(
        "11.before.state",
        "How many numbers does Adam keep for each weight, beside the weight and its gradient?",
        answer="2",
        replies={
            "0": "That is gradient descent. Adam has a memory of the gradient, and one of its square.",
            "1": "That is momentum. Adam also remembers how large the gradients were.",
            "2": "m and v: 8 bytes a weight in float32. Today some keep half of that, and some three times "
                "as much.",
        },
        again=True,
    ),
    Question(
        "11.noise",
        "The gradient is pure noise, of mean 0. Adam's step is then about 0.23 lr, since its average of the "
        "gradients is small. How long is Lion's?",
        answer="1 lr",
        replies={
            "about 0.23 lr, too": "Its average is small as well. But then only the sign of it is kept, and a "
                "sign is never small: 1 lr.",
            "0.5 lr": "One might think that half of the signs cancel. They do over time, not within a step: "
                "1 lr.",
            "1 lr": "The sign of a small number is as large as the sign of a great one.",
        },
    ),
    Question(
        "11.shampoo",
        "Turned by 45 degrees, Adagrad needs 9910 steps for what took 5. Shampoo needs 12 at 0 degrees. How "
        "many at 45?",
        unit="steps",
        answer=13,
        reply="It finds the axes of the valley by itself, so it hardly matters how they lie. If you wrote "
              "hundreds, you expected the fate of Adagrad, which is right for every rule that looks at one "
              "coordinate at a time.",
    ),
    Question(
        "11.bytes",
        "A matrix of 1024 x 1024 weights in float32. How many bytes a weight does SOAP keep beside it?",
        answer="24",
        replies={
            "4": "That is momentum, Lion and Muon: one number. SOAP has two for Adam, and four square "
                "matrices: 24.",
            "8": "That is Adam. SOAP has Adam's two arrays, and four square matrices more: 24.",
            "24": "Adam's two arrays, and two matrices with a basis for each side, all of 1024 x 1024.",
        },
    ),
    Question(
        "11.after.muon",
        "You replace AdamW by Muon in a language model. Which arrays stay with AdamW?",
        answer="the embedding, the last layer, and every vector",
        replies={
            "none: Muon replaces it": "Biases and the scales of norms are vectors, and have no singular "
                "values to make equal. And some matrices stay, too.",
            "the vectors only": "They must. The embedding and the last layer are matrices, yet their rows "
                "stand for tokens and classes, and most of them see no gradient in a batch.",
            "the embedding, the last layer, and every vector":
                "Muon takes the matrices between: those that turn one hidden vector into another.",
        },
        again=True,
    ),
)
