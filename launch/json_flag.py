"""The flag --json of commands whose results programs read."""

from absl import flags

JSON = flags.DEFINE_bool(
    "json", False, "print one JSON object at the end: what was written, and the figures"
)
