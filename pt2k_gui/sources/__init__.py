"""What the user has on disk, turned into a loaded model and what is known of its inputs. Nothing exports here."""
