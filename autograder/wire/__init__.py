"""The narrow channel between the grader and the sandbox: frames of bytes, and plain data in them.

`frames` needs only the standard library; `codec` adds numpy and msgpack. Never pickle, dill or code.
"""
