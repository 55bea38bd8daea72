"""A small server with TensorFlow Serving's own API; see export/serve.py."""
