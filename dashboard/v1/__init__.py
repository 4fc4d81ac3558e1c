"""The JSON API for machines, `/api/v1`: a thin layer over the same services as the screens.

`operations.py` says how an operation is declared; the operations themselves are in `calls.py`, `assessments.py`,
`cases.py`, `visits.py` and `events.py`.
"""
