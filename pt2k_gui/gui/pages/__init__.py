"""The five pages of the wizard, one a file. A page renders the wizard's state and asks it for work."""
