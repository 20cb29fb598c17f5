"""PT2K turns a PyTorch model into a Keras model and proves that the two are the same.

The rooms, in the order in which data flows: ``sources``, ``digits``, ``export``, ``convert``, ``verify``, ``save``;
``jobs`` runs any of them, ``gui`` shows them, ``cli`` serves them to scripts. Importing this package loads none of the
heavy frameworks.
"""

import os

__version__ = "0.1.0"

# ONNX Runtime's official builds send data about use and models unless they are told not to before they load.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
