"""A real TensorBoard in this process."""

from pathlib import Path

from tensorboard import program


def launch(folder: Path) -> str:
    """Starts TensorBoard with all plugins that are installed; its URL."""
    board = program.TensorBoard()
    board.configure(
        # No process of its own for the data, and no waiting for new data.
        argv=["", f"--logdir={folder}", "--port=0", "--load_fast=false"]
    )
    return board.launch()
