"""Outputs as what they are: which kind an output is, and its backends side by side as pictures and rows."""
