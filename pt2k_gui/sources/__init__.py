"""Turns what the user has on disk into a loaded model and facts of its inputs. Nothing exports here."""
