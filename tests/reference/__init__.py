"""The figures that ship with the package: taken from public data by the scripts here, and held against it."""
