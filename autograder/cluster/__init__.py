"""Past one machine: submissions are examined on the workers of a Dask cluster (docs/scaling.md).

`grader` is the grader's side; `worker` and `lane` run on the workers, and import little to start fast.
"""
