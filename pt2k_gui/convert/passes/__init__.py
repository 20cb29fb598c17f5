"""Passes over a graph before any layer is built: inlining, folding, shape arithmetic, fusion."""
