"""The pages under `/own` for the person whom the hub knows, and for whom they trust."""
