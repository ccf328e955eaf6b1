"""conftest of the life suite - a town for each test, on free ports, ended and clean at the end."""
import pytest

from harness.town import Town


@pytest.fixture
def make_town():
    """A function that makes towns, not started."""
    made = []

    def make(**flags):
        made.append(Town(**flags))
        return made[-1]

    yield make
    faults = []
    for town in made:
        try:
            town.stop()
        except AssertionError as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
