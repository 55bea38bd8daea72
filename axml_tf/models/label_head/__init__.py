"""From states of words to a score of every label, exactly."""
