"""From a prepared data set to a trained model."""
