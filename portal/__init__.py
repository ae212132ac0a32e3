"""The roof: builds the app and registers what plugs in. Nothing below knows the whole house."""

from portal.app import create_app

__all__ = ["create_app"]
