"""The window. Nothing in here imports torch, TensorFlow, Keras or ONNX Runtime; work goes through ``jobs``."""
