"""`build(settings)` makes the whole application; the only place that names concrete classes."""

from wiring.app import App, build

__all__ = ["App", "build"]
