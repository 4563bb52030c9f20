from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


def test_a_stop_while_the_code_is_being_loaded_is_heard(tmp_path: Path) -> None:
    script = """
import os, signal, sys, time
from embedder.__main__ import main

class Slow:
    def find_spec(self, name, *_):
        if name == "embedder.serve":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(30)

sys.meta_path.insert(0, Slow())
sys.exit(main())
"""
    environment = {**os.environ, "EMBEDDER_MODEL_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, timeout=20, check=False)
    assert done.returncode == 0
