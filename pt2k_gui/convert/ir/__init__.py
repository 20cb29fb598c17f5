"""The intermediate representation: the ONNX graph as plain data, values, symbolic sizes, axis orders, types."""
