"""Which release of Tessera this is."""

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """Empty in a checkout that was never installed."""
    try:
        return version("tessera")
    except PackageNotFoundError:
        return ""
