"""What a walk found, as a document: plots, tables, HTML, PDF and JSON."""
