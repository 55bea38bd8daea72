import numpy as np
import pytest
import source_checks
from source_checks import AWKWARD

from axml_tf.console.errors import UserError
from axml_tf.dataset.tokenizer import load_tokenizer
from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.occlusion import occlude
from axml_tf.inspection.split_documents import sample_documents
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import make_system


def test_best_labels_are_the_models(model_source, asked):
    source_checks.check_best_labels(model_source, asked)


def test_labels_are_explained(model_source, asked):
    source_checks.check_explanation(model_source, asked)


def test_probabilities_of_a_label_in_each_text(model_source, asked):
    source_checks.check_probabilities(model_source, asked)


def test_mistakes_are_told_in_one_line(model_source, asked):
    source_checks.check_mistakes(model_source, asked)


@pytest.mark.parametrize("text", AWKWARD, ids=len)
def test_awkward_texts_are_explained(model_source, asked, text):
    source_checks.check_awkward_text(model_source, asked, text)


def test_messages_say_what_there_is(model_source, asked):
    with pytest.raises(UserError) as error:
        model_source.best_labels(b"x", 11)
    assert str(error.value) == "--top_k=11: the model has 10 labels."
    with pytest.raises(UserError) as error:
        model_source.probabilities([b"x", b"y"], [asked.names[0], "nobody"])
    assert str(error.value) == (
        "The model has no label of this name: nobody. labels.txt in its "
        "folder has them all."
    )


def source_of(generated, model):
    """A source of random weights, and its system."""
    system = make_system(
        ModelConfig(
            vocab_size=generated.data.info.vocab_size,
            num_labels=generated.data.info.num_labels,
            embedding_dim=4,
            hidden_dim=3,
            fc_dims=(4,),
            model=model,
        )
    )
    tokenizer = load_tokenizer(generated.data, 8)
    names = generated.data.label_names
    return ModelSource(system, tokenizer, names), system


def test_answers_follow_the_weights(generated, asked):
    source, system = source_of(generated, "attention_xml")
    text, name = asked.text, asked.names[1]
    before = source.explain(text, [name]).labels[0]
    weights = system.model.get_weights()
    system.model.set_weights([-2 * weight for weight in weights])
    after = source.explain(text, [name]).labels[0]
    assert after.probability != before.probability
    assert np.any(after.attention != before.attention)
    system.model.set_weights(weights)
    again = source.explain(text, [name]).labels[0]
    assert again.probability == before.probability
    np.testing.assert_array_equal(again.attention, before.attention)


@pytest.mark.parametrize("model", ["xml_rnn", "xml_cnn"])
def test_system_without_attention_is_refused(generated, model):
    with pytest.raises(
        UserError, match=f"a model of {model}, which has no attention"
    ):
        source_of(generated, model)


def test_planted_words_are_found_and_count(generated, model_source, asked):
    planted = [
        {generated.words[i] for i in triggers}
        for triggers in generated.triggers
    ]
    num_found = num_pointed = 0
    drops = []
    rng = np.random.default_rng(0)
    for document in sample_documents(generated.data, "test", 60, seed=0):
        best = model_source.best_labels(document.text, 3)
        true = [name for name in best if name in document.true_labels]
        shown = model_source.explain(document.text, true)
        for label in shown.labels:
            num_found += 1
            word = shown.words()[int(label.attention.argmax())]
            num_pointed += word in planted[asked.names.index(label.name)]
        drops += occlude(model_source, shown, num_words=1, num_draws=3, rng=rng)
    assert num_found > 50
    assert num_pointed >= 0.95 * num_found
    most, random, least = np.mean(drops, axis=0)
    assert most > 0.3
    assert most > 5 * max(random, least)
