"""What a program says to its user, and what it knows of its machine."""
