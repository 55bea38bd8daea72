"""Makes a corpus of Debian's package descriptions, labelled by debtags.

    axml-debian-packages --output_dir=RAW

One document per source package: the synopsis and long description of its
binary package with the most tags (ties: the first in the archive). A source
belongs to the test split when `md5(name) % 10 < 2`. Tags stand in the
archive's Packages files, long descriptions in Translation-en. Both are taken
with apt-get into a temporary folder; the system's own lists are not touched.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.data_prep.debian_packages import write_debian_corpus


def main(argv: list[str]) -> None:
    """Writes the corpus that the flags describe."""
    del argv
    write_debian_corpus(flags.FLAGS.output_dir)


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string("output_dir", None, "Folder to make.", required=True)
    errors.run(main)
