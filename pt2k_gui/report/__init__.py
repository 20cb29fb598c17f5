"""The findings of a walk as a document: plots, tables, HTML, PDF and JSON."""
