import concurrent.futures

import numpy as np
import pytest
import scipy.sparse

import axml_tf
from axml_tf.console.errors import UserError
from axml_tf.library.backends import Backend
from axml_tf.library.model import Model, Prediction

NAMES = [b"first", b"second", b"third"]
SCORES = np.array([0.5, 0.25, 0.75], np.float32)
# Label ids, best first.
ORDER = np.array([2, 0, 1])


class Told(Backend):
    """Knows three labels, and gives every text the same scores."""

    def __init__(self, num_labels=3, scores_all_labels=True, most=3):
        self.num_labels = num_labels
        self.scores_all_labels = scores_all_labels
        self.most = most
        self.asked = []

    def describe(self):
        return "told"

    def label_names(self):
        return [name.decode() for name in NAMES]

    def most_labels(self):
        return self.most

    def best(self, texts, top_k):
        self.asked.append(texts)
        ids = np.tile(ORDER[:top_k], (len(texts), 1))
        return {
            "labels": np.array(NAMES, object)[ids],
            "probabilities": SCORES[ids],
            "label_ids": ids.astype(np.int32),
        }

    def source(self):
        raise UserError("no attention")


def test_each_text_gets_its_best_labels_in_order():
    found = Model(Told()).predict(["a", "b"], top_k=2)
    assert found == [[("third", 0.75), ("first", 0.5)]] * 2
    assert isinstance(found[0][0], Prediction)


def test_any_iterable_is_read_in_batches():
    told = Told()
    texts = (f"text {number}" for number in range(70))
    assert len(Model(told).predict(texts)) == 70
    assert [len(batch) for batch in told.asked] == [32, 32, 6]
    assert told.asked[0][1] == b"text 1"


def test_bytes_and_half_surrogates_are_texts():
    told = Told()
    Model(told).predict([b"\xff", "\ud800", ""])
    assert told.asked == [[b"\xff", b"\xed\xa0\x80", b""]]


def test_no_text_gives_no_answer():
    assert Model(Told()).predict([]) == []
    assert Model(Told()).predict_proba([]).shape == (0, 3)
    assert Model(Told()).predict_proba([], threshold=0.5).shape == (0, 3)


@pytest.mark.parametrize(
    ("texts", "top_k", "message"),
    [
        ("one", 5, "a single one. Write [text]."),
        (b"one", 5, "a single one. Write [text]."),
        (["one"], 0, "top_k must be at least 1; received 0."),
        ([None], 5, "A text must be a str or bytes; received NoneType."),
        ([1.5], 5, "received float."),
    ],
)
def test_wrong_question_is_refused(texts, top_k, message):
    with pytest.raises(axml_tf.UserError) as error:
        Model(Told()).predict(texts, top_k=top_k)
    assert message in str(error.value)


def test_probabilities_stand_at_their_labels():
    found = Model(Told()).predict_proba(["a", "b"])
    assert isinstance(found, np.ndarray) and found.dtype == np.float32
    np.testing.assert_array_equal(found, [SCORES, SCORES])


def test_threshold_makes_them_sparse():
    found = Model(Told()).predict_proba(["a", "b"], threshold=0.5)
    assert scipy.sparse.issparse(found) and found.nnz == 4
    np.testing.assert_array_equal(found.toarray(), [[0.5, 0, 0.75]] * 2)


def test_best_labels_alone_are_always_sparse():
    some = Told(scores_all_labels=False, most=2)
    found = Model(some).predict_proba(["a"])
    assert scipy.sparse.issparse(found)
    np.testing.assert_array_equal(found.toarray(), [[0.5, 0, 0.75]])


def test_width_ends_at_the_last_label_seen_where_it_is_not_known():
    unknown = Told(num_labels=None, scores_all_labels=False, most=2)
    assert Model(unknown).predict_proba(["a"]).shape == (1, 3)
    unknown.most = 0
    assert Model(unknown).predict_proba(["a"]).shape == (1, 0)


def test_several_threads_get_their_own_answers(trained_run, generated):
    model = axml_tf.load(trained_run.model_dir)
    texts = [generated.words[min(ids)] for ids in generated.triggers]
    alone = [model.predict([text], top_k=3) for text in texts]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda text: model.predict([text], top_k=3), texts)
    assert list(together) == alone


def test_exported_model_is_not_exported_again():
    with pytest.raises(UserError, match="told is an exported model already"):
        Model(Told()).export("anywhere")


def test_model_says_what_it_is():
    assert repr(Model(Told())) == "<axml_tf.Model: told>"
