"""What runs inside the sandbox. It imports nothing of the grader but the wire, and never sees a test.

Three kinds of process, so that no submission's data is ever in memory that a later submission inherits:

- the *relay* talks to the grader, passes bytes on, watches limits and cleans up (`relay`);
- the *zygote* has imported the course's packages and only forks (`zygote`);
- the *child* is one submission: confined (`confine`, `seccomp`), it runs the notebook and answers
  questions about it (`kernel`, `answers`).
"""
