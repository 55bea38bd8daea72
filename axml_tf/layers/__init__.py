"""Keras layers of AttentionXML, one public layer per file."""
