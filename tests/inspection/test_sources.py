"""One model, asked through a checkpoint, a SavedModel and a server."""

import numpy as np
import pytest
from helpers import write_dataset

from axml_tf.console.errors import UserError
from axml_tf.inspection.occlusion import occlude
from axml_tf.inspection.split_documents import find_document, sample_documents
from axml_tf.models.attention_xml import split_at_head
from axml_tf.runs.checkpoints import load_best_model

DOORS = ("checkpoint", "saved_model", "rest")


@pytest.fixture(scope="module")
def document(generated):
    return next(sample_documents(generated.data_dir, "test", 1, seed=3))


@pytest.fixture(scope="module")
def expected(generated, trained_run, document):
    """Probabilities and attention of all labels, by a plain computation."""
    ids = {word: i for i, word in enumerate(generated.words)}
    words = document.text.decode().split()[:32]
    model, _ = load_best_model(trained_run.model_dir)
    token_ids = np.array([[ids.get(word, 1) for word in words]], np.int32)
    trunk, head = split_at_head(model)
    keys, _, _ = (np.asarray(x, np.float64) for x in trunk(token_ids))
    vectors = np.asarray(head.attention.label_vectors, np.float64)
    scores = np.exp(vectors @ keys[0].T)
    attention = scores / scores.sum(axis=1, keepdims=True)
    logits = np.asarray(model(token_ids), np.float64)[0]
    return 1 / (1 + np.exp(-logits)), attention


@pytest.fixture(scope="module")
def names(generated):
    lines = (generated.data_dir / "labels.txt").read_text().splitlines()
    return [line.split("\t")[0] for line in lines]


@pytest.mark.parametrize("door", DOORS)
def test_best_labels_are_the_models(sources, document, expected, names, door):
    probabilities, _ = expected
    best = np.argsort(-probabilities, kind="stable")[:4]
    found = sources[door].best_labels(document.text, 4)
    assert found == [names[i] for i in best]


@pytest.mark.parametrize("door", DOORS)
def test_labels_are_explained(sources, document, expected, names, door):
    probabilities, attention = expected
    asked = [7, 2, 9]
    shown = sources[door].explain(document.text, [names[i] for i in asked])
    assert " ".join(shown.words()) == " ".join(
        document.text.decode().split()[:32]
    )
    for label, i in zip(shown.labels, asked, strict=True):
        assert label.name == names[i]
        assert label.probability == pytest.approx(probabilities[i], abs=1e-5)
        np.testing.assert_allclose(label.attention, attention[i], atol=1e-5)


@pytest.mark.parametrize("door", DOORS)
def test_probabilities_of_a_label_in_each_text(
    sources, document, expected, names, door
):
    probabilities, _ = expected
    found = sources[door].probabilities(
        [document.text, b"", document.text], [names[3], names[3], names[5]]
    )
    np.testing.assert_allclose(found[[0, 2]], probabilities[[3, 5]], atol=1e-5)


@pytest.mark.parametrize("door", DOORS)
def test_mistakes_are_told_in_one_line(sources, document, door):
    source = sources[door]
    for ask, words in (
        (lambda: source.explain(document.text, ["no label"]), "of this name"),
        (lambda: source.best_labels(document.text, 99), "99|from 1 to"),
    ):
        with pytest.raises(UserError, match=words) as error:
            ask()
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("text", [b"", b"x", b"\xff\x00", b"a " * 300_000])
def test_awkward_texts_are_explained(sources, names, door, text):
    shown = sources[door].explain(text, names[:2])
    # A byte that is no UTF-8 counts as a letter.
    assert len(shown.starts) == min(32, len(text.replace(b"\0", b"").split()))
    for label in shown.labels:
        assert label.attention.sum() == pytest.approx(
            1.0 if len(shown.starts) else 0.0, abs=1e-5
        )


def test_a_document_is_found_by_its_id(generated, document):
    found = find_document(generated.data_dir, document.id, "test")
    assert found == document
    assert found.true_labels
    with pytest.raises(UserError, match="has no document 'nobody'"):
        find_document(generated.data_dir, "nobody", "test")


def test_document_that_is_none_is_refused(tmp_path):
    # As an index, -1 would be the last label.
    shards = [[("right", [2], [1]), ("culprit", [2], [-1])]]
    write_dataset(tmp_path, {"test": shards})
    for ask in (
        lambda: find_document(tmp_path, "culprit", "test"),
        lambda: list(sample_documents(tmp_path, "test", 2, seed=0)),
    ):
        with pytest.raises(UserError, match=r"document 'culprit'.*found -1"):
            ask()


def test_samples_are_drawn_by_their_seed(generated):
    def ids(count, seed):
        return [
            document.id
            for document in sample_documents(
                generated.data_dir, "test", count, seed
            )
        ]

    assert len(set(ids(20, 0))) == 20
    assert ids(20, 0) == ids(20, 0) != ids(20, 1)
    assert len(ids(10_000, 0)) == 200


def test_planted_words_are_found_and_count(generated, checkpoint_source, names):
    planted = [
        {generated.words[i] for i in triggers}
        for triggers in generated.triggers
    ]
    num_found = num_pointed = 0
    drops = []
    rng = np.random.default_rng(0)
    for document in sample_documents(generated.data_dir, "test", 60, seed=0):
        best = checkpoint_source.best_labels(document.text, 3)
        true = [name for name in best if name in document.true_labels]
        shown = checkpoint_source.explain(document.text, true)
        for label in shown.labels:
            num_found += 1
            word = shown.words()[int(label.attention.argmax())]
            num_pointed += word in planted[names.index(label.name)]
        drops += occlude(checkpoint_source, shown, 1, 3, rng)
    assert num_found > 50
    assert num_pointed >= 0.95 * num_found
    most, random, least = np.mean(drops, axis=0)
    assert most > 0.3
    assert most > 5 * max(random, least)
