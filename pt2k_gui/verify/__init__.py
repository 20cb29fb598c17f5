"""The same samples through PyTorch, ONNX Runtime and Keras, compared: the evidence that a conversion is right."""
