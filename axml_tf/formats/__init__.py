"""Formats: what one part of the program writes and another reads.

A format says how data look, and nothing of who makes or uses them. There are
three, and all parts of the program meet in them only:

- `schema.py`: the record of one document, on disk;
- `predictions.py`: the predictions file, which any system writes and one
  evaluation reads;
- `signatures.py`: what a client sends to a served model and gets back.
"""
