"""What a user's rule can decide in the hall."""

DECISIONS = ("order", "placement", "cap")
"""Who of the jobs that wait is first in line; where a job goes; how deep a rack is capped."""
