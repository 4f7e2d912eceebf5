"""Published and measured figures that ship with the package, each with its source and licence."""
