from tests.server.cast import _quick_and_apart, alice, bob, charlie, moderator

__all__ = ["_quick_and_apart", "alice", "bob", "charlie", "moderator"]
