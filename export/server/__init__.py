"""A small server with TensorFlow Serving's own API; axml-serve starts it."""
