"""Where the bytes are kept: the contract, a folder, and memory."""
