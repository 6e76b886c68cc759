"""What this computer knows of the projects that it has seen, and the edits made on it: no I/O, the time passed in."""
