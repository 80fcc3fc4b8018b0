"""Sandboxes: where student code runs, behind one interface with three providers."""

from autograder.sandbox.base import Connection, Sandbox, SlotSpec, describe_loss
from autograder.sandbox.choice import PROVIDERS, best_available, provider
from autograder.sandbox.slot import Lost, Ran, Slot, WorkerLostError

__all__ = [
    "PROVIDERS",
    "Connection",
    "Lost",
    "Ran",
    "Sandbox",
    "Slot",
    "SlotSpec",
    "WorkerLostError",
    "best_available",
    "describe_loss",
    "provider",
]
