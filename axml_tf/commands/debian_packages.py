"""Makes a corpus of Debian's package descriptions, labelled by debtags.

    axml-debian-packages --output_dir=RAW

One document per source package, in the `lines` format. The lists of packages
are taken with apt-get into a temporary folder; the system's own lists are not
touched.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.data_prep.debian_packages import write_debian_corpus


def main(argv: list[str]) -> None:
    """Writes the corpus that the flags describe."""
    write_debian_corpus(flags.FLAGS.output_dir)


def run() -> None:
    """Entry point of axml-debian-packages."""
    flags.DEFINE_string("output_dir", None, "Folder to make.", required=True)
    errors.run(main)
