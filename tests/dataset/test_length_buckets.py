import itertools

import numpy as np
import pytest

from axml_tf.dataset.length_buckets import bucket_lengths


def percentiles_of(lengths):
    """0, 1, ... 100 percent of documents are at most so long."""
    return np.percentile(
        lengths, np.arange(101), method="inverted_cdf"
    ).tolist()


def padded_to(lengths, percentiles):
    """Tokens that are computed for a hundred documents."""
    return sum(min(n for n in lengths if n >= p) for p in percentiles[1:])


def least_of_all_subsets(percentiles, most):
    ends = sorted(set(percentiles[1:]))
    return min(
        padded_to((*chosen, ends[-1]), percentiles)
        for count in range(most)
        for chosen in itertools.combinations(ends[:-1], count)
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_other_lengths_pad_less(seed):
    rng = np.random.default_rng(seed)
    # As documents are: many short ones, a long tail. 13 lengths at most.
    lengths = 1 + np.minimum(rng.geometric(0.2, 400), 13) ** 2
    percentiles = percentiles_of(lengths)
    assert len(set(percentiles)) > 9
    found = bucket_lengths(percentiles, 500)
    assert len(found) == 8
    assert padded_to(found, percentiles) == least_of_all_subsets(percentiles, 8)


def test_lengths_rise_to_that_of_the_longest_document():
    rng = np.random.default_rng(5)
    percentiles = percentiles_of(rng.integers(1, 900, 3000))
    found = bucket_lengths(percentiles, 500)
    assert len(found) == 8
    assert found == sorted(set(found))
    assert found[-1] == 500
    assert bucket_lengths(percentiles, 1000)[-1] == max(percentiles)


def test_few_lengths_are_all_kept():
    assert bucket_lengths(percentiles_of([3, 8, 8, 20]), 500) == [3, 8, 20]
    assert bucket_lengths(percentiles_of([7] * 5), 500) == [7]
    assert bucket_lengths(percentiles_of([3, 8, 8, 20]), 8) == [3, 8]


def test_documents_without_words_count_as_one_word():
    assert bucket_lengths(percentiles_of([0, 0, 4]), 500) == [1, 4]
    assert bucket_lengths(percentiles_of([0, 0]), 500) == [1]


def test_split_without_documents_has_the_one_length_that_is_read():
    assert bucket_lengths((), 40) == [40]
