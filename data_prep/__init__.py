"""From raw text and labels to sharded records, offline."""
