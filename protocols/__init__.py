"""The protocols that clinicians write, and the pure engine that runs them; see docs/protocols.md."""
