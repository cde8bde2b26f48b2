"""The error that a user's mistake raises; the command line prints it as one line."""


class UserError(ValueError):
    """Something the user can put right; a ValueError, as of any library's function.

    Args:
      problem: what is wrong, naming the file or flag, the value found and the value wanted.
      advice: what to do about it.
    """

    def __init__(self, problem: str, advice: str):
        # The arguments as given, so that the error survives the way between processes.
        super().__init__(problem, advice)
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.problem}: {self.advice}"


class WorkerLostError(Exception):
    """One of several workers has ended before the others: no mistake, all must start again."""

    def __init__(self):
        super().__init__(
            "another worker has stopped or cannot be reached: start all workers again with the "
            "same command; the run goes on from the last checkpoint"
        )
