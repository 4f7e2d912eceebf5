"""racktwin: the open digital twin of an AI rack, from its first part to its last watt."""

__version__ = "0.1.0"
