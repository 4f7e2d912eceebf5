"""The fleet engine: GPU jobs in a hall of racks, under power, coolant and price."""
