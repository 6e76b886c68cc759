"""What the server remembers besides the bytes: the contract, the schema, and SQL."""
