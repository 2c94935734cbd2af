"""Standard files: one folder a standard, its writer beside its reader."""
