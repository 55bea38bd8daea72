"""A prepared data set on disk: what it holds, found and checked."""
