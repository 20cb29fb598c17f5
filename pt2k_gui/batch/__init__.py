"""Many models: what is done to each (tasks, pipeline files), and who does it (processes here, or a cluster)."""
