"""The neural systems, and what they have in common."""
