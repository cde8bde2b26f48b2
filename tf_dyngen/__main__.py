"""`python -m tf_dyngen` is the command `dyngen`."""

import runpy

runpy.run_module("launch.dyngen", run_name="__main__")
