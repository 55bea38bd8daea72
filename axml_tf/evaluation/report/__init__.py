"""All of the paper's tables for a data set, in one page."""
