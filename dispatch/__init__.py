"""A position becomes a visit."""
