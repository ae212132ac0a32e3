"""The ground floor: everything the rooms stand on, and nothing that knows them."""
