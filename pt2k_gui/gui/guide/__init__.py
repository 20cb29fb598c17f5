"""The guide within the window."""
