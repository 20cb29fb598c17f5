"""Python source of a functional Keras model: read as statements, grouped by PyTorch module, repetition folded, written."""
