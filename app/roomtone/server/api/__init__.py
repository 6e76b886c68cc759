"""HTTP: the dispatcher, the documents, downloads, events, and what the connection itself allows."""
