"""Build hook: compile the gettext catalogues (`*.po` to `*.mo`), also as `python build_catalogues.py`."""

import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run as a script, outside a build
    BuildHookInterface = object  # type: ignore[assignment, misc]


def compile_catalogues(root: Path) -> list[Path]:
    """Compile every `bocage.po` below `root`; return what was written."""
    written = []
    for source in sorted(root.glob("bocage/**/LC_MESSAGES/bocage.po")):
        target = source.with_suffix(".mo")
        with source.open("rb") as stream:
            catalogue = read_po(stream)
        with target.open("wb") as stream:
            write_mo(stream, catalogue)
        written.append(target)
    return written


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg, misc]
    """Compile the catalogues before the wheel is made (editable installs too) and take them along."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - signature of the hook
        """Called by hatchling before each build."""
        root = Path(self.root)
        build_data["artifacts"].extend(str(path.relative_to(root).as_posix()) for path in compile_catalogues(root))


if __name__ == "__main__":
    for path in compile_catalogues(Path(__file__).parent):
        sys.stdout.write(f"{path}\n")
