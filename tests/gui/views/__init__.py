"""The tests of the views."""
