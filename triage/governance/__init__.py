"""Which protocols a place runs, and who answered for that: versions, what was done about them, stops, proofs."""
