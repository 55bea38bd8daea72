"""Where text, labels and id stand in a record."""

import dataclasses
from collections.abc import Container

_DEFAULT_ID_FIELD = "id"


@dataclasses.dataclass(frozen=True)
class Fields:
    """Names of the fields of a record.

    Attributes:
        text_field: the raw text.
        labels_field: the labels.
        id_field: the document's id. Where the default is left and the first
            record has no such field, the number of the record, counted from
            0, is the id.
        label_separator: what stands between labels in one string.
    """

    text_field: str = "text"
    labels_field: str = "labels"
    id_field: str = _DEFAULT_ID_FIELD
    label_separator: str = " "

    def has_ids(self, first_record: Container[str]) -> bool:
        """Whether ids are to be read, judged by the first record."""
        return (
            self.id_field in first_record or self.id_field != _DEFAULT_ID_FIELD
        )

    def split_labels(self, labels: str) -> list[str]:
        """The labels that stand in one string."""
        return [name.strip() for name in labels.split(self.label_separator)]
