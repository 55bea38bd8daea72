"""Files: outputs whole or not at all, and those of others read in bounds."""
