"""The three waists: the record, the predictions file, the signatures."""
