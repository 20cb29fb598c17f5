"""The window. Nothing below this package imports torch, TensorFlow, Keras or ONNX Runtime; work goes through ``jobs``."""
