"""Where is the bus of the city, and what if it is lost?"""

from pathlib import Path


def bus_of(city: Path) -> Path:
    """The file on which everybody's messages wait."""
    return city / "bus.db"


def delete(bus: Path) -> int:
    """Deletes the bus under everybody; gives the bytes that went with it."""
    files = list(bus.parent.glob(f"{bus.name}*"))
    lost = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink(missing_ok=True)
    return lost
