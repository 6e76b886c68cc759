"""Real devices, servers and screens for the tests, on machines that have none. Each rig is a context manager."""
