"""The embedder's container under podman, with as little allowed as an operator can allow."""

from __future__ import annotations

from pathlib import Path

PODMAN = ["podman", "--runtime", "runc", "--log-level", "fatal"]  # without systemd it complains of timers
LOCKED_DOWN = [
    *("--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges"),
    *("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096", "--ulimit", "core=0:0"),
]


def run_command(image: str, model_dir: Path, *options: str) -> list[str]:
    """`podman run` in the foreground, on the host's network unless the options say otherwise.

    It takes every EMBEDDER_ variable of its own environment along, but the model is where the image expects it.
    """
    network = () if "--network" in options else ("--network", "host")
    settings = ("--env", "EMBEDDER_*", "--env", "EMBEDDER_MODEL_DIR=/models/current")
    mount = ("--volume", f"{model_dir}:/models/current:ro")
    return [*PODMAN, "run", "--rm", *LOCKED_DOWN, *network, *settings, *mount, *options, image]
