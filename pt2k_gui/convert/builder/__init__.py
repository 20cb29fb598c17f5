"""The Keras side of a conversion: layers, their names, constants in the right axis order, sizes measured at run time."""
