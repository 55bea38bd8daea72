"""What a training run keeps: its record, its checkpoints, its cost."""
