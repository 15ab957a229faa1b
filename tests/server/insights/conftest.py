from tests.server.feed.conftest import _own_engine, alice, as_alice, bob

__all__ = ["_own_engine", "alice", "as_alice", "bob"]
