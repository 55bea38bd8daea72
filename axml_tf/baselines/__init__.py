"""Systems to compare with; each ends in a predictions file."""
