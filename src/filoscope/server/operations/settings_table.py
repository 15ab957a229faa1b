"""The table of all settings, as docs/hosting/settings.md has it.

python -m filoscope.server.operations.settings_table > docs/hosting/settings.md
"""

from __future__ import annotations

from filoscope.server.kit.environment import SETTINGS

HEADING = """# Settings

Every setting is an environment variable. Set them where the server is started: in the shell, in the unit
of systemd (`Environment=`), or before the command:

    FILOSCOPE_NAME="Our street" filoscope serve

`filoscope doctor` says which cannot be read, which nobody knows, and which contradict each other.

| setting | default | takes | meaning |
|---|---|---|---|
"""


def table() -> str:
    """Return the page."""
    rows = (
        f"| `{setting.name}` | {f'`{setting.default}`' if setting.default else 'empty'} "
        f"| {setting.takes} | {setting.meaning} |\n"
        for setting in SETTINGS
    )
    return HEADING + "".join(rows)


if __name__ == "__main__":
    print(table(), end="")
