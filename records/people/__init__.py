"""The hub's own record of a person: who they are, what is known of them from whom, and which cases are about them."""
