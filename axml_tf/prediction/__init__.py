"""The best labels of a data set, by a trained or an exported model."""
