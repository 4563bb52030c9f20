from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, resource
from embedder.process import forbid_core_dumps
forbid_core_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))  # 3 is PR_GET_DUMPABLE
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_neither_a_file_nor_a_program_gets_the_memory_of_a_crash() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "(0, 0) 0\n"
