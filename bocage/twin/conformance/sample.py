"""The sample of assets on which a domain is tried."""

import importlib
import sys
from pathlib import Path

from bocage.vocabulary.domain import Assets, Domain


def package_of(domain: Domain) -> str:
    """Import name of the package that holds the domain; LookupError where it was not imported."""
    home = (domain.folder / "__init__.py").resolve()
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) and Path(str(module.__file__)).resolve() == home:
            return name
    raise LookupError(f"no imported package has its __init__.py in {domain.folder}")


def sample_assets(domain: Domain) -> Assets:
    """The raw assets that `example/sample.py` of the domain gives by `sample_assets()`.

    Raises:
        ModuleNotFoundError: the domain has no `example/sample.py`.
    """
    module = importlib.import_module(f"{package_of(domain)}.example.sample")
    assets: Assets = module.sample_assets()
    return assets
