"""A call becomes a disposition."""
