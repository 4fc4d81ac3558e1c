"""The person's own view: who may log in to it, what it shows, and what they ask to be put right."""
