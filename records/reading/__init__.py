"""What record servers of others say of a person: asked for, read, kept with its age, and put on our own record."""
