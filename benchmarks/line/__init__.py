"""The line engine beside its peers: the same plants, the same laws, measured in the same run."""
