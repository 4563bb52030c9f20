from __future__ import annotations

import struct

import pytest

from shared.keywords.batch import integers, smallints, term_columns
from shared.keywords.terms import Terms


def test_arrays_frame_each_element() -> None:
    assert integers([1, -2]) == struct.pack("!iiIiiiiii", 1, 0, 23, 2, 1, 4, 1, 4, -2)
    assert smallints([1, -2]) == struct.pack("!iiIiiihih", 1, 0, 21, 2, 1, 2, 1, 2, -2)
    assert integers([]) == struct.pack("!iiI", 0, 0, 23)


def test_a_batch_stands_in_one_array_and_each_row_has_its_part() -> None:
    columns = term_columns([Terms((3, 9), (1, 2), 3), Terms((), (), 0), Terms((4,), (5,), 5)])
    assert columns.numbers == integers([3, 9, 4])
    assert columns.frequencies == smallints([1, 2, 5])
    assert columns.firsts == integers([1, 3, 3])
    assert columns.lasts == integers([2, 2, 3])


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(struct.error):
        smallints([32_768])
