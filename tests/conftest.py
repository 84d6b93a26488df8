"""What all tests share."""

import pytest
from hypothesis import settings

# The same examples on every run, and no clock: a slow machine is not a failure.
settings.register_profile("kg", deadline=None, derandomize=True, database=None)
settings.load_profile("kg")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Leave the user's cache alone, also from the commands that tests start."""
    patch = pytest.MonkeyPatch()
    patch.setenv("KG_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()
