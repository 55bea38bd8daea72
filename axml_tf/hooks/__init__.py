"""What watches a training run without being part of it."""
