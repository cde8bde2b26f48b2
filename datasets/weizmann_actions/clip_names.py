"""The clips of the Weizmann actions: who does what, and how the files are named."""

PERSONS = ("daria", "denis", "eli", "ido", "ira", "lena", "lyova", "moshe", "shahar")
ACTIONS = ("bend", "jack", "jump", "pjump", "run", "side", "skip", "walk", "wave1", "wave2")
# There are two clips of each of these, lena_run1 and lena_run2 and so on.
_TWICE = {("lena", "run"), ("lena", "skip"), ("lena", "walk")}
CLIPS = tuple(
    f"{person}_{action}{number}"
    for person in PERSONS
    for action in ACTIONS
    for number in (("1", "2") if (person, action) in _TWICE else ("",))
)


def person_of(clip: str) -> str:
    """One of PERSONS."""
    return clip.split("_")[0]


def action_of(clip: str) -> str:
    """One of ACTIONS."""
    action = clip.split("_")[1]
    return action if action in ACTIONS else action[:-1]
