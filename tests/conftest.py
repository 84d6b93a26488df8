"""What all tests share."""

from hypothesis import settings

# The same examples on every run, and no clock: a slow machine is not a failure.
settings.register_profile("kg", deadline=None, derandomize=True, database=None)
settings.load_profile("kg")
