import numpy as np
import pytest

from axml_tf.inspection.explanation import Explanation
from axml_tf.inspection.source import Source


class Silent(Source):
    """Answers all three questions, each with nothing."""

    def best_labels(self, text, top_k):
        return []

    def explain(self, text, names):
        nothing = np.array([], int)
        return Explanation(text, nothing, nothing, ())

    def probabilities(self, texts, names):
        return np.zeros(len(texts))


@pytest.mark.parametrize("name", ["best_labels", "explain", "probabilities"])
def test_source_that_does_not_answer_a_question_is_none(name):
    Silent()
    mute = type("Mute", (Silent,), {name: getattr(Source, name)})
    with pytest.raises(TypeError, match=name):
        mute()
