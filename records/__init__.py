"""People, cases and what each case still owes."""
