"""What counts as a response, and who counts as having the disease: one folder an entry, built from `operators`."""
