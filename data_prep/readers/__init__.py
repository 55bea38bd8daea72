"""Raw corpora, streamed as documents; one file per format."""
