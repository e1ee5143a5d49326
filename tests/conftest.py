"""What every test starts from."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_at_the_start() -> Iterator[None]:
    """A command under test points the logs at a stream that is closed after it: point them back."""
    yield
    structlog.reset_defaults()
