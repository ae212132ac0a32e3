"""The roof: builds the app and registers what plugs in. Nothing below knows the whole house."""
