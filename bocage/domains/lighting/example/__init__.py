"""The example territory: a fictional commune, written out as the files that communes really have.

Everything here is made up by the project: streets are drawn by hand (`streets.csv`), luminaires are
placed along them, lamps follow the mix and the gear losses of real inventories, and the faults of
real files are added on purpose (`dirt.py`). Nothing describes an existing commune.
"""

from bocage.domains.lighting.example.dirt import DIRT, Dirt
from bocage.domains.lighting.example.files import write_example
from bocage.domains.lighting.example.syndicate import SYNDICATE_SETTINGS, write_syndicate

__all__ = ["DIRT", "SYNDICATE_SETTINGS", "Dirt", "write_example", "write_syndicate"]
