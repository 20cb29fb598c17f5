"""A converted model, written in the formats people deploy; each file is opened again and checked after writing."""
