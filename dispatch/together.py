"""Positions that wait at the same time are given their people together, not first come, first served. Pure."""
