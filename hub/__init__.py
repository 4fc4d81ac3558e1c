"""The ground floor: settings, clocks, database, outbox, deadlines, events, audit, access. Imports none of ours."""
