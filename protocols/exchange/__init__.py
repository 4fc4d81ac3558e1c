"""Protocols and assessments in the words of FHIR R4, for systems that are not this hub. Pure: no clock, no database.

What FHIR cannot say of a protocol is named by `limits.not_said`, and stands in what is sent.
"""
