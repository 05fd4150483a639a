"""Programs that run inside a box, by the Python of its image: 3.5 or later, and nothing of ours."""
