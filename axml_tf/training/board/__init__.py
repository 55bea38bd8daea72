"""What TensorBoard shows of a run: one of its observers."""
