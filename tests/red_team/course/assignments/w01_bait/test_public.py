"""Public tests of the bait. Students have them: an attack may learn from them what it likes."""

import numpy as np
import pytest


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_twice_three(double):
    """Twice three is six."""
    assert double(3) == 6, "Twice three should be 6."


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_kernel_is_a_small_array(kernel):
    """The kernel is an array of 2 × 2 numbers."""
    assert isinstance(kernel, np.ndarray), "Make the kernel an array."
    assert kernel.shape == (2, 2), f"The kernel should have shape (2, 2), not {kernel.shape}."


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_a_word_backwards(mirror):
    """The word `pool` backwards is `loop`."""
    assert mirror("pool") == "loop", "`pool` backwards should be `loop`."


@pytest.mark.question("q3")
@pytest.mark.points(0)
def test_half_of_four(shrink):
    """A picture of 4 × 4 pixels becomes one of 2 × 2."""
    assert np.shape(shrink(np.zeros((4, 4)))) == (2, 2), "The picture should have half the rows and columns."


@pytest.mark.question("q5")
@pytest.mark.points(0)
def test_loot_is_a_list(loot):
    """What is found is a list."""
    assert isinstance(loot(), list), "Make it a list."
