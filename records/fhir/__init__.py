"""FHIR resources as plain JSON, built from our own rows by pure functions; nobody else in the house knows FHIR."""
