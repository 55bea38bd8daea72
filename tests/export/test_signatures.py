"""What the signatures answer."""

import numpy as np
import pytest
import tensorflow as tf

from axml_tf.dataset.tokenizer import Tokenizer

# The second is longer than what the model reads.
TEXTS = [b"The FISH quota, of 1998", b"fish the quota " * 30, b""]


@pytest.fixture(scope="module")
def probabilities(trained) -> np.ndarray:
    """Of all labels for each text, by the Keras model."""
    tokenizer = Tokenizer(trained.data_dir / "vocab.txt", trained.max_length)
    token_ids = tokenizer(tf.constant(TEXTS)).token_ids.to_tensor()
    logits = np.asarray(trained.model(token_ids), np.float64)
    return 1 / (1 + np.exp(-logits))


def test_top_k_gives_what_each_request_asks_for(call, trained, probabilities):
    threshold = float(np.sort(probabilities[1])[-2]) - 1e-4  # Two are above.
    answer = call("top_k", text=TEXTS, k=[1, 4, 3], threshold=[0, threshold, 2])
    assert answer["num_labels"].tolist() == [1, 2, 0]
    assert answer["labels"].shape == (3, 4)
    for row, count in enumerate(answer["num_labels"]):
        best = np.argsort(-probabilities[row], kind="stable")[:count]
        assert answer["label_ids"][row, :count].tolist() == best.tolist()
        names = [trained.labels[label].encode() for label in best]
        assert answer["labels"][row, :count].tolist() == names
        np.testing.assert_allclose(
            answer["probabilities"][row, :count],
            probabilities[row, best],
            atol=1e-6,
        )
        assert (answer["label_ids"][row, count:] == -1).all()
        assert (answer["labels"][row, count:] == b"").all()
        assert (answer["probabilities"][row, count:] == 0).all()


def test_top_k_can_ask_for_all_labels(call, trained):
    k = [len(trained.labels)]
    answer = call("top_k", text=TEXTS[:1], k=k, threshold=[0.0])
    assert sorted(answer["label_ids"][0]) == list(range(k[0]))


@pytest.mark.parametrize("k", [0, -1, 8])
def test_k_out_of_bounds_is_refused(call, k):
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="k must be from 1 to 7"
    ):
        call("top_k", text=TEXTS[:2], k=[1, k], threshold=[0.0, 0.0])


def test_named_label_is_explained_as_if_it_were_the_best(call, probabilities):
    best = call("explain", text=TEXTS)
    named = call("explain_label", text=TEXTS, label=best["labels"][:, 1])
    np.testing.assert_array_equal(named["labels"], best["labels"][:, 1:2])
    np.testing.assert_array_equal(named["label_ids"], best["label_ids"][:, 1:2])
    np.testing.assert_allclose(
        named["attention"], best["attention"][:, 1:2], atol=1e-6
    )
    for name in ("tokens", "token_ids", "starts", "ends", "truncated"):
        np.testing.assert_array_equal(named[name], best[name])


def test_label_of_any_rank_can_be_explained(call, trained, probabilities):
    for label, name in enumerate(trained.labels):
        answer = call("explain_label", text=TEXTS, label=[name] * 3)
        np.testing.assert_allclose(
            answer["probabilities"][:, 0], probabilities[:, label], atol=1e-6
        )
        sums = answer["attention"].sum(-1)[:, 0]
        np.testing.assert_allclose(sums, [1, 1, 0], atol=1e-6)


@pytest.mark.parametrize("name", [b"tarde", b"", b"in no training document"])
def test_unknown_label_is_refused(call, name):
    with pytest.raises(tf.errors.InvalidArgumentError, match="no label of th"):
        call("explain_label", text=TEXTS[:2], label=[b"trade", name])


def test_token_ids_are_answered_as_their_text(call):
    token_ids = call("explain", text=TEXTS)["token_ids"]
    expected = call("serving_default", text=TEXTS)
    answer = call("token_ids", token_ids=token_ids)
    np.testing.assert_array_equal(answer["label_ids"], expected["label_ids"])
    np.testing.assert_allclose(
        answer["probabilities"], expected["probabilities"], atol=1e-6
    )
    assert not answer["truncated"].any()
    # Words behind those that the model reads, and padding there.
    longer = np.pad(token_ids, [(0, 0), (0, 7)])
    longer[0, -1] = 2
    again = call("token_ids", token_ids=longer)
    assert again["truncated"].tolist() == [True, False, False]
    np.testing.assert_array_equal(
        again["probabilities"], answer["probabilities"]
    )
    # No words at all.
    none = call("token_ids", token_ids=np.zeros([2, 0], np.int32))
    assert np.isfinite(none["probabilities"]).all()


def test_id_outside_of_the_vocabulary_is_refused(call):
    with pytest.raises(tf.errors.InvalidArgumentError):
        call("token_ids", token_ids=[[2, 7]])


@pytest.mark.parametrize("signature", ["serving_default", "explain"])
def test_answer_says_which_texts_were_cut(call, signature, trained):
    word = b"fish "
    texts = [word * n for n in (0, trained.max_length, trained.max_length + 1)]
    answer = call(signature, text=texts)
    assert answer["truncated"].tolist() == [False, False, True]


def test_every_output_has_the_batch_first(call):
    calls = {
        "serving_default": {},
        "explain": {},
        "top_k": {"k": [2] * 3, "threshold": [0.0] * 3},
        "explain_label": {"label": ["trade"] * 3},
    }
    for signature, inputs in calls.items():
        for name, output in call(signature, text=TEXTS, **inputs).items():
            assert output.shape[0] == 3, (signature, name)
    empty = call("serving_default", text=np.zeros([0], object))
    assert empty["labels"].shape == (0, 3)


def test_both_tables_of_labels_share_their_file(exported):
    files = sorted(path.name for path in (exported / "assets").iterdir())
    assert files == ["labels.txt", "vocab.txt"]
