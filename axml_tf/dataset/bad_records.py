"""Records of a prepared split that are no documents, found and named.

A record is bad if it does not parse, has an empty document id, or an id that
no word or label has. Behind a damaged place, where a checksum is wrong or the
file ends within a record, the next record cannot be found: the rest of the
shard is lost with it. Records are counted from 0.
"""

import collections
import dataclasses
import os
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.documents import IdLimits, id_limits
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_shard, shard_paths
from axml_tf.formats import schema
from axml_tf.storage.files import atomic_file

# Records looked at together.
_BLOCK = 1024
_MOST_SHOWN = 20


class BadRecord(NamedTuple):
    """One bad record, or a damaged place and all that stands behind it.

    Attributes:
        shard: path of its file.
        record: its number there.
        document_id: as far as it can be read; else empty.
        reason: what is wrong.
    """

    shard: str
    record: int
    document_id: str
    reason: str

    def __str__(self) -> str:
        document = f", document {self.document_id!r}" * bool(self.document_id)
        return f"{self.shard}, record {self.record}{document}: {self.reason}"


@dataclasses.dataclass(frozen=True)
class SkippedDocuments:
    """What training on a split with bad records does without.

    Attributes:
        split: its name.
        bad_records: where the split is bad.
        document_ids: of all documents that are lost, in the order of
            SPLIT.labels.txt.
    """

    split: str
    bad_records: list[BadRecord]
    document_ids: list[str]

    def report(self) -> str:
        """How many, and the first of them, a line each."""
        if not self.document_ids and not self.bad_records:
            return f"bad records skipped in {self.split}: none"
        ids = self.document_ids[:_MOST_SHOWN]
        more = len(self.document_ids) - len(ids)
        lines = [
            f"documents skipped in {self.split}, their records are bad: "
            f"{len(self.document_ids):,}",
            f"ids {', '.join(ids)}{f' and {more:,} more' * bool(more)}",
            *map(str, self.bad_records[:_MOST_SHOWN]),
        ]
        more = len(self.bad_records) - _MOST_SHOWN
        if more > 0:
            lines.append(f"and {more:,} more places")
        return "\n  ".join(lines)

    def write(self, path: str | os.PathLike) -> None:
        """Writes every bad place and every lost document, a line each.

        A line has split, place or id, and reason, tabs between.
        """
        lines = [
            f"{self.split}\t{Path(bad.shard).name}, record {bad.record}\t"
            f"{bad.reason}\n"
            for bad in self.bad_records
        ]
        lines += [
            f"{self.split}\tdocument {name}\tskipped\n"
            for name in self.document_ids
        ]
        with atomic_file(path) as temporary:
            temporary.write_text("".join(lines), encoding="utf-8")


def find_skipped(data: PreparedData, split: str) -> SkippedDocuments:
    """Reads a split through, and says what `--on_bad_record=skip` skips.

    Args:
        data: the prepared data.
        split: name of the split.

    Raises:
        UserError: a shard or SPLIT.labels.txt is missing.
    """
    bad_records = []
    good_ids: collections.Counter[str] = collections.Counter()
    for path in shard_paths(data, split):
        bad, ids = read_through(path, data.info, split)
        bad_records += bad
        good_ids.update(ids)
    lost = []
    for document_id, _ in data.true_labels(split):
        if good_ids[document_id]:
            good_ids[document_id] -= 1
        else:
            lost.append(document_id)
    return SkippedDocuments(split, bad_records, lost)


def read_through(
    path: str, info: DatasetInfo, split: str
) -> tuple[list[BadRecord], list[str]]:
    """The bad records of a shard, and the document ids of the good ones."""
    limits = id_limits(info, split)
    records = read_shard(path, info.compression)
    bad, good = [], []
    number = 0
    for block in records.ignore_errors().batch(_BLOCK):
        ids = _ids_if_good(block, limits)
        if ids is not None:
            good += ids
            number += len(ids)
            continue
        for record in block:
            document_id, reason = _what_is_wrong(record, limits)
            if reason:
                bad.append(BadRecord(path, number, document_id, reason))
            else:
                good.append(document_id)
            number += 1
    if _is_damaged(records, number):
        reason = "it is damaged, and what stands behind it in the file is lost"
        bad.append(BadRecord(path, number, "", reason))
    return bad, good


def _ids_if_good(records: tf.Tensor, limits: IdLimits) -> list[str] | None:
    """Document ids of many records; None if one of them is bad."""
    features = {k: v for k, v in schema.FEATURES.items() if k != "text"}
    try:
        documents = tf.io.parse_example(records, features)
    except schema.UNREADABLE:
        return None
    for name, limit in limits._asdict().items():
        ids = documents[name].values.numpy()
        if ((ids < 0) | (ids >= limit)).any():
            return None
    ids = [_decode(name) for name in documents["id"].numpy()]
    return ids if all(ids) else None


def _what_is_wrong(record: tf.Tensor, limits: IdLimits) -> tuple[str, str]:
    """Document id and reason of one record; no reason if it is good."""
    try:
        document = schema.parse(record)
    except schema.UNREADABLE:
        return "", "it is no document"
    document_id = _decode(document["id"].numpy())
    if not document_id:
        return "", "its document id is empty"
    for name, limit in limits._asdict().items():
        ids = document[name].numpy()
        wrong = ids[(ids < 0) | (ids >= limit)]
        if len(wrong):
            reason = (
                f"expected {name} of at least 0 and below {limit}, found "
                f"{wrong[0]}"
            )
            return document_id, reason
    return document_id, ""


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _is_damaged(records: tf.data.Dataset, count: int) -> bool:
    """Whether anything but the end stands behind `count` records."""
    try:
        for _ in records.skip(count):
            return True
    except tf.errors.DataLossError:
        return True
    return False
