"""Deadlines as pure functions: what a policy makes of a time of receipt. Never a guess.

Due times are wall-clock times in the course's IANA time zone; everything is compared in UTC.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class DeadlinePolicy(BaseModel):
    """What happens to a submission that comes after its due time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["strict", "penalty"] = "strict"
    grace_minutes: int = Field(default=0, ge=0, description="minutes after the due time that still count as on time")
    late_days: int = Field(default=0, ge=0, description="budget of late days per student over the whole course")
    penalty_percent: float = Field(default=10, ge=0, le=100, description="percent of the maximum lost per started period")
    penalty_per: Literal["hour", "day"] = "day"
    penalty_cap_percent: float = Field(default=100, ge=0, le=100, description="the most that can be lost while accepted")
    cutoff_hours: int | None = Field(default=None, ge=0, description="hours after the due time when nothing is accepted any more")
