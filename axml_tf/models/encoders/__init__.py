"""From word ids to a state of every word."""
