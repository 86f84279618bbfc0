"""How much a sheet may say on its two pages."""

from dataclasses import dataclass, replace

LEAST_SCALE = 0.86


@dataclass(frozen=True)
class SheetRoom:
    """Size of the type, height of the map and rows of each table."""

    scale: float = 1.18
    map_pt: float = 380
    findings: int = 9
    similar: int = 6
    works: int = 14
    places: int = 4
    bills: int = 12
    quality: int = 10
    letters: int = 110

    def tighter(self) -> "SheetRoom":
        """Smaller type and map first, then fewer rows.

        >>> SheetRoom().tighter().map_pt
        360
        >>> SheetRoom(scale=0.86, map_pt=180).tighter().bills
        10
        """
        if self.scale > LEAST_SCALE or self.map_pt > 180:
            scale = max(LEAST_SCALE, round(self.scale - 0.04, 2))
            return replace(self, scale=scale, map_pt=max(180, self.map_pt - 20))
        return replace(
            self,
            findings=max(2, self.findings - 1),
            works=max(3, self.works - 2),
            places=max(1, self.places - 1),
            bills=max(2, self.bills - 2),
            quality=max(2, self.quality - 2),
            letters=max(60, self.letters - 10),
        )
