"""What the hub may keep of a person and for how long, what it hands out to them, and what it takes away."""
