"""Traces: read as they are, refused where they are wrong, and never silently short."""
