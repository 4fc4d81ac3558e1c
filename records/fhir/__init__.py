"""FHIR R4 from our rows: pure, plain dicts out. Nothing here knows of a server or of the network."""
