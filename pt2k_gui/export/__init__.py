"""A torch module and its input specification, turned into a checked ONNX file."""
