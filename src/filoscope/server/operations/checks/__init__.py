"""What `filoscope doctor` looks at, and how it says what it finds."""

from filoscope.server.operations.checks.finding import Finding, Grade, bad, good, odd

__all__ = ["Finding", "Grade", "bad", "good", "odd"]
