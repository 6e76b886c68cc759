"""From the states of the studio to what the page shows, in plain Python: nothing here knows Qt."""
