from __future__ import annotations

import pytest

from tests.escalation.support import Desk
from tests.support.factories import Make


@pytest.fixture
def desk(make: Make) -> Desk:
    return Desk(make)
