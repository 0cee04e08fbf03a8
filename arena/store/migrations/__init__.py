"""The forms that the database has had, as alembic revisions, oldest first. `open_log` brings an older log up to date.

A new form is a new file in `versions` that names the one before it as its `down_revision`, and the new `HEAD` here.
"""

HEAD = "0003"
"""The form that this program reads and writes. Known here so that an up-to-date log opens without loading alembic."""
