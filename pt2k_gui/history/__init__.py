"""History of what was converted and saved, with its reports: searched, compared, exported, cleaned up."""
