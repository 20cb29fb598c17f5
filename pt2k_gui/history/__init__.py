"""What was converted and saved, kept with its report: searched, compared, exported, cleaned up."""
