"""The hub's own FHIR face: what other systems read and search of it, export, and have themselves told."""
