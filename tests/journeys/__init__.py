"""Journeys in a real browser: each role at a desk of its own, everything typed and clicked."""
