"""The window. Nothing in here imports torch, TensorFlow, Keras or ONNX Runtime; work goes through ``jobs``."""

from pt2k_gui.gui import singletons

singletons.keep()
