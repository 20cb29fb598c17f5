"""Networks as graphs: what is drawn of a model, how it is laid out, and which parts of two models belong together."""
