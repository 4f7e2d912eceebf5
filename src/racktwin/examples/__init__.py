"""The scenarios that ship with the package, each in a folder of its own with a README; no code."""
