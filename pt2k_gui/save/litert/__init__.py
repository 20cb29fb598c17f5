"""LiteRT files: the Keras model traced in forms that LiteRT's built-in operators have, its precisions, and what goes with it."""
