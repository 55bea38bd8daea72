"""Neural systems: what they are made of, and which there are."""
