import json

import numpy as np

from benchmarks.sizes import Size

SIZE = Size(
    batch=2,
    tokens=3,
    embedding_dim=5,
    hidden_dim=7,
    num_labels=11,
    fc_dims=(13, 17),
    vocab_size=20,
)


def product(rows, inner, columns):
    """Multiplications and additions of one matrix product."""
    return 2 * rows * inner * columns


def test_needed_flops_are_those_of_the_matrix_products():
    by_hand = 0
    for _ in range(2):  # documents
        for _ in range(2):  # directions; four gates
            by_hand += product(3, 5, 4 * 7) + product(3, 7, 4 * 7)
        by_hand += product(3, 2 * 7, 13)  # values
        by_hand += product(3, 2 * 7, 11)  # scores
        by_hand += product(11, 3, 13)  # summaries
        by_hand += product(11, 13, 17)  # second layer
    assert SIZE.forward_flops() == by_hand
    assert SIZE.training_flops() == 3 * by_hand


def test_random_batch_fills_all_tokens_and_repeats():
    token_ids, label_ids = SIZE.random_batch()
    assert token_ids.shape == (2, 3) and label_ids.shape == (2, 5)
    assert token_ids.min() >= 2 and token_ids.max() < 20
    assert label_ids.min() >= 0 and label_ids.max() < 11
    again, _ = SIZE.random_batch()
    np.testing.assert_array_equal(token_ids, again)


def test_random_batch_is_padded_to_its_longest():
    full, label_ids = SIZE.random_batch()
    padded, same_labels = SIZE.random_batch([1, 2])
    np.testing.assert_array_equal(
        padded, [[full[0, 0], 0], [full[1, 0], full[1, 1]]]
    )
    assert padded.dtype == np.int32
    np.testing.assert_array_equal(label_ids, same_labels)


def test_size_is_the_same_after_json():
    assert Size(**json.loads(json.dumps(vars(SIZE)))) == SIZE
