"""Ids of labels: those seen in training first, by descending count."""

import collections
import os


class Labels:
    """Gives every label an id.

    Labels of training come first, by descending count, ties by name; labels
    that training has not seen get the ids after them as they turn up.

    Args:
        training_counts: training documents of each label.
    """

    def __init__(self, training_counts: collections.Counter):
        ranked = sorted(
            training_counts.items(), key=lambda item: (-item[1], item[0])
        )
        self._counts = dict(ranked)
        self._ids = {name: index for index, (name, _) in enumerate(ranked)}
        self.num_seen = len(ranked)

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, names: tuple[str, ...]) -> list[int]:
        """Ids of some labels, ascending."""
        return sorted(
            self._ids.setdefault(name, len(self._ids)) for name in names
        )

    def write(self, path: str | os.PathLike) -> None:
        """Writes name and training count, one label per line, by id."""
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            for name in self._ids:
                file.write(f"{name}\t{self._counts.get(name, 0)}\n")
