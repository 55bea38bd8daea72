"""Which lengths batches are padded to."""

from collections.abc import Sequence

# Each is a shape of its own, which costs memory and, on some devices, a
# compilation.
_MOST_BUCKETS = 8


def bucket_lengths(percentiles: Sequence[int], max_length: int) -> list[int]:
    """The few lengths that pad a split the least.

    Args:
        percentiles: `SplitInfo.length_percentiles`.
        max_length: tokens read of a document.

    Returns:
        At most 8 lengths, ascending; each document is padded to the first
        that holds it. The last is that of the longest document.
    """
    # Every percentile from the first on stands for a hundredth of the
    # documents. An empty document needs a token: no loop runs over none.
    lengths = [max(1, min(n, max_length)) for n in percentiles[1:]]
    ends = sorted(set(lengths)) or [max_length]
    below = [sum(n <= end for n in lengths) for end in ends]
    # best[j]: least tokens computed for documents up to ends[j], and the
    # buckets' lengths for it, with as many buckets as rounds have passed.
    best: list[tuple[int, tuple[int, ...]]] = [
        (below[j] * ends[j], (ends[j],)) for j in range(len(ends))
    ]
    for _ in range(_MOST_BUCKETS - 1):
        best = [
            min(
                [best[j]]
                + [
                    (
                        best[i][0] + (below[j] - below[i]) * ends[j],
                        (*best[i][1], ends[j]),
                    )
                    for i in range(j)
                ]
            )
            for j in range(len(ends))
        ]
    return list(best[-1][1])
