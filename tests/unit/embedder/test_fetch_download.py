from __future__ import annotations

import hashlib
import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from embedder.build.source import read_source
from embedder.build.version import BUILD
from embedder.fetch import __main__ as command
from embedder.fetch import download as downloads
from embedder.fetch.catalogue import CATALOGUE, Entry
from embedder.fetch.download import LONGEST_WAIT_S, TRIES, RemoteFile, download
from embedder.fetch.hub import Repository, fetch_repository
from embedder.manifest import ModelError, read_manifest
from tests.support.hub import Hub, Turn, hub
from tests.unit.embedder.tiny import write_tiny_source

CONTENT = bytes(range(256)) * 5000
PATH = "/owner/model/resolve/0123/model.safetensors"


def remote(content: bytes, path: str = "model.safetensors") -> RemoteFile:
    return RemoteFile(path, len(content), hashlib.sha256(content).hexdigest())


class Download:
    """One file of a hub, fetched into a folder; what was said and how long was waited."""

    def __init__(self, server: Hub, folder: Path) -> None:
        self.url, self.to, self.part = server.address + PATH, folder / "m", folder / "m.part"
        self.lines: list[str] = []
        self.waits: list[float] = []

    def run(self) -> bytes:
        download(self.url, remote(CONTENT), self.to, self.lines.append, self.waits.append)
        return self.to.read_bytes()


def own_process(it: Download) -> str:
    """A script that does what `Download.run` does, and prints what is said."""
    return (
        "from pathlib import Path; from embedder.fetch.download import RemoteFile, download\n"
        f"download({it.url!r}, {remote(CONTENT)!r}, Path({str(it.to)!r}), lambda line: print(line, flush=True))"
    )


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of the tests says."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Hub]:
    with hub() as served:
        served.files[PATH] = CONTENT
        yield served


@pytest.fixture
def it(server: Hub, tmp_path: Path) -> Download:
    return Download(server, tmp_path)


def test_a_file_is_downloaded_once(server: Hub, it: Download) -> None:
    assert it.run() == CONTENT
    assert it.run() == CONTENT
    assert len(server.requests) == 1
    assert not it.part.exists()


def test_nothing_but_what_is_needed_is_sent(server: Hub, it: Download) -> None:
    it.run()
    ((_, headers),) = server.requests
    assert set(headers) == {"accept-encoding", "connection", "host", "user-agent"}


def test_a_broken_connection_is_continued(server: Hub, it: Download) -> None:
    server.turns = [Turn(stop_after=1000), Turn(stop_after=2500), Turn(stop_after=0)]
    assert it.run() == CONTENT
    assert server.ranges() == ["", "bytes=1000-", "bytes=3500-", "bytes=3500-"]
    assert len(it.lines) == 3


def test_a_partial_file_survives_the_process(server: Hub, it: Download) -> None:
    server.turns = [Turn(stop_after=700_000)] + [Turn(stop_after=0)] * TRIES
    with pytest.raises(ModelError, match=r"the connection .*Run it again to go on at 0.7 MB"):
        it.run()
    assert it.part.read_bytes() == CONTENT[:700_000]
    assert it.run() == CONTENT
    assert server.ranges()[-1] == "bytes=700000-"


def test_a_download_that_is_killed_goes_on(server: Hub, it: Download, tmp_path: Path) -> None:
    server.files[PATH] = CONTENT
    server.turns = [Turn(stop_after=300_000), *[Turn(status=503, retry_after="60")] * 2]
    script = own_process(it)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "trying again" in process.stdout.readline()
        assert "trying again in 60 s" in process.stdout.readline()
        with pytest.raises(ModelError, match="is being downloaded by another process"):
            it.run()
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    server.turns = []
    assert it.run() == CONTENT
    assert server.ranges()[-1] == "bytes=300000-"


def test_waits_grow_and_end(server: Hub, it: Download) -> None:
    server.turns = [Turn(status=500)] * TRIES
    with pytest.raises(ModelError, match=r"the server answers 500\. Run it again"):
        it.run()
    assert it.waits == [1, 2, 4, 8]
    assert not it.part.exists()


def test_a_server_says_how_long_to_wait_within_bounds(server: Hub, it: Download) -> None:
    server.turns = [Turn(status=429, retry_after="17"), Turn(status=503, retry_after="86400")]
    assert it.run() == CONTENT
    assert it.waits == [17, LONGEST_WAIT_S]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "wants a login"), (403, "refuses it"), (404, "does not have it"), (418, "answers 418")],
)
def test_what_will_not_change_is_not_tried_again(server: Hub, it: Download, status: int, reason: str) -> None:
    server.turns = [Turn(status=status)]
    with pytest.raises(ModelError, match=rf"{PATH} could not be downloaded: the server {reason}\."):
        it.run()
    assert len(server.requests) == 1
    assert list(it.to.parent.iterdir()) == []


@pytest.mark.parametrize("content", [CONTENT + b"x", CONTENT[:-1], b"<html>log in here</html>"])
def test_a_file_of_another_size_is_refused_before_it_is_kept(server: Hub, it: Download, content: bytes) -> None:
    it.part.write_bytes(CONTENT[:1000])
    server.turns = [Turn(content=content, knows_ranges=False)]
    with pytest.raises(ModelError, match=rf"it has {len(content):,} bytes instead of 1,280,000"):
        it.run()
    assert it.part.read_bytes() == CONTENT[:1000]


def test_a_server_that_lies_about_the_length_gives_no_other_file(server: Hub, it: Download) -> None:
    server.turns = [Turn(content=CONTENT[:1000], length=len(CONTENT))]
    assert it.run() == CONTENT
    assert server.ranges() == ["", "bytes=1000-"]


def test_content_that_changed_between_tries_is_fetched_anew(server: Hub, it: Download) -> None:
    other = bytes(len(CONTENT))
    server.turns = [Turn(content=other, stop_after=5000)]
    assert it.run() == CONTENT
    assert server.ranges() == ["", "bytes=5000-", ""]
    assert "has another SHA-256 than the pinned one: downloading it again" in it.lines[-1]


def test_content_that_stays_another_is_refused_and_forgotten(server: Hub, it: Download) -> None:
    server.files[PATH] = bytes(len(CONTENT))
    with pytest.raises(ModelError, match="is not the pinned file: its SHA-256 is another"):
        it.run()
    assert len(server.requests) == 2
    assert list(it.to.parent.iterdir()) == []


def test_a_damaged_file_in_place_is_fetched_anew(server: Hub, it: Download) -> None:
    it.to.write_bytes(bytes(len(CONTENT)))
    assert it.run() == CONTENT


def test_a_partial_file_that_is_too_long_is_dropped(server: Hub, it: Download) -> None:
    it.part.write_bytes(CONTENT + b"x")
    assert it.run() == CONTENT
    assert server.ranges() == [""]


def test_a_server_without_ranges_starts_over(server: Hub, it: Download) -> None:
    it.part.write_bytes(CONTENT[:1000])
    server.turns = [Turn(knows_ranges=False)]
    assert it.run() == CONTENT
    assert server.ranges() == ["bytes=1000-"]


def test_another_range_than_was_asked_for_is_refused(server: Hub, it: Download) -> None:
    it.part.write_bytes(CONTENT[:1000])
    server.turns = [Turn(content_range=f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}")]
    with pytest.raises(ModelError, match="another range than was asked for"):
        it.run()
    assert it.part.read_bytes() == CONTENT[:1000]


def test_a_range_of_unknown_total_is_taken(server: Hub, it: Download) -> None:
    it.part.write_bytes(CONTENT[:1000])
    server.turns = [Turn(content_range=f"bytes 1000-{len(CONTENT) - 1}/*")]
    assert it.run() == CONTENT


def test_a_redirect_to_another_host_is_followed_with_the_range(server: Hub, it: Download) -> None:
    it.part.write_bytes(CONTENT[:1000])
    with hub() as store:
        store.files["/signed"] = CONTENT
        server.turns = [Turn(status=302, location=f"{store.address}/signed?signature=secret")]
        store.turns = [Turn(status=404)]
        with pytest.raises(ModelError, match="does not have it") as failed:
            it.run()
        assert "secret" not in str(failed.value)
        server.turns = [Turn(status=307, location=f"{store.address}/signed")]
        assert it.run() == CONTENT
        assert store.ranges() == ["bytes=1000-"] * 2


def test_a_redirect_back_and_forth_ends(server: Hub, it: Download) -> None:
    server.turns = [Turn(status=302, location=PATH)] * 50
    with pytest.raises(ModelError, match="answers 302"):
        it.run()


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.org/x"])
def test_a_redirect_to_another_scheme_is_refused(server: Hub, it: Download, location: str) -> None:
    server.turns = [Turn(status=302, location=location)]
    with pytest.raises(ModelError, match=r"could not be downloaded: (the server answers 302|it leads to ftp)"):
        it.run()


def test_no_redirect_leads_out_of_tls_or_takes_a_login_along() -> None:
    handler = downloads._Redirects()

    def following(old: str, new: str) -> dict[str, str]:
        request = urllib.request.Request(old, headers={"Range": "bytes=5-"})
        request.add_header("Proxy-Authorization", "Basic c2VjcmV0")
        request.add_header("Authorization", "Basic c2VjcmV0")
        found = handler.redirect_request(request, None, 302, "", http.client.HTTPMessage(), new)
        assert found is not None
        return dict(found.header_items())

    assert following("https://a/x", "https://b/y") == {"Range": "bytes=5-"}
    with pytest.raises(ModelError, match=r"https://a/x could not be downloaded: it leads out of TLS"):
        following("https://a/x?token=1", "http://b/y")


def test_proxies_of_the_environment_are_asked(
    server: Hub, it: Download, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("http_proxy", server.address.replace("//", "//user:word@"))
    download(f"http://hub.invalid{PATH}", remote(CONTENT), tmp_path / "other", it.lines.append)
    path, headers = server.requests[-1]
    assert path == f"http://hub.invalid{PATH}"
    assert "proxy-authorization" in headers


def test_a_server_that_is_not_there_is_one_sentence(it: Download) -> None:
    it.url = "http://127.0.0.1:1/x"
    with pytest.raises(ModelError, match=r"no connection \(.*refused"):
        it.run()
    assert len(it.waits) == TRIES - 1


def test_a_silent_server_is_given_up(server: Hub, it: Download, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "TIMEOUT_S", 0.05)
    server.turns = [Turn(content=CONTENT[:1000], length=len(CONTENT))]
    assert it.run() == CONTENT


def test_progress_is_told_with_its_speed(server: Hub, it: Download, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "SAY_EVERY_S", 0.0)
    it.run()
    assert it.lines[0].startswith("model.safetensors: 1.0 MB of 1.3 MB, ")
    assert it.lines[0].endswith(" MB/s")


def test_ctrl_c_keeps_what_came(server: Hub, it: Download) -> None:
    server.turns = [Turn(stop_after=1000)]

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(it.url, remote(CONTENT), it.to, it.lines.append, interrupted)
    assert it.part.read_bytes() == CONTENT[:1000]


def test_a_disk_that_takes_no_more_is_an_error_of_the_disk(server: Hub, it: Download) -> None:
    """A limit on the size of files stands for a full disk; what came before stays."""
    script = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n{own_process(it)}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "OSError: [Errno 27] File too large"
    assert len(server.requests) == 1
    assert CONTENT.startswith(it.part.read_bytes())


@pytest.mark.parametrize("endpoint", ["huggingface.co", "ftp://x", "https://user:word@x", "https://x?y=1", "file:///x"])
def test_other_endpoints_are_refused(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(ModelError, match="must be an http or https address") as failed:
        fetch_repository(Repository("o/m", "0", (remote(b"x"),)), tmp_path, endpoint, print)
    assert "word" not in str(failed.value)


def test_every_published_file_is_pinned() -> None:
    repositories = [entry.repository for entry in CATALOGUE.values() if entry.repository is not None]
    assert len(repositories) == 4
    for repository in repositories:
        assert len(bytes.fromhex(repository.commit)) == 20
        for file in repository.files:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.bytes > 0
    e5 = CATALOGUE["multilingual-e5-large"]
    assert e5.repository is not None
    assert [file.name for file in e5.repository.files] == ["config.json", "tokenizer.json", "model.safetensors"]
    onnx = CATALOGUE["multilingual-e5-large-published-onnx"].repository
    assert onnx is not None
    assert onnx.files[0].sha256 == "0a8d65db9a36f810ba5da15249f13145fcdc7890e6656f1fd38cd8b7c4db1fca"


def small_repository(server: Hub, folder: Path, *names: str) -> Repository:
    """The files of a folder on the hub."""
    contents = {name: (folder / name).read_bytes() for name in names}
    server.files |= {f"/owner/tiny/resolve/0123/{name}": content for name, content in contents.items()}
    return Repository("owner/tiny", "0123", tuple(remote(content, name) for name, content in contents.items()))


def run_command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fetch", *arguments])
    return command.main()


@pytest.fixture
def tiny(server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue with a small BERT on the hub; gives the folder of its model directories."""
    write_tiny_source(tmp_path / "origin", "bert")
    repository = small_repository(server, tmp_path / "origin", "config.json", "tokenizer.json", "model.safetensors")
    prefixes = {"query": "query: ", "passage": "passage: "}
    entry = Entry("tiny", "hub-0123", "MIT", "the tests", prefixes, repository=repository)
    monkeypatch.setattr(command, "CATALOGUE", {"tiny": entry, "files": Entry("tiny", repository=repository)})
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    return tmp_path / "models"


def test_a_published_model_is_fetched_and_built(
    tiny: Path, server: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.turns = [Turn(), Turn(), Turn(stop_after=2000)]
    monkeypatch.setattr(time, "sleep", lambda _: None)
    assert run_command(monkeypatch, "tiny", "--models", str(tiny)) == 0
    manifest = read_manifest(tiny / "tiny")
    assert (manifest.name, manifest.revision) == ("tiny", f"hub-0123-{BUILD}")
    assert manifest.source == "the tests"
    assert read_source(tiny / "tiny.source").config.hidden_size == 32
    requests = len(server.requests)
    assert run_command(monkeypatch, "tiny", "--models", str(tiny)) == 0
    assert len(server.requests) == requests
    assert capsys.readouterr().out.endswith("tiny is there\n")


def test_a_second_build_needs_no_download(tiny: Path, server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_command(monkeypatch, "tiny", "--models", str(tiny)) == 0
    (tiny / "tiny" / "manifest.json").unlink()
    server.requests.clear()
    assert run_command(monkeypatch, "tiny", "--models", str(tiny)) == 0
    assert server.requests == []
    read_manifest(tiny / "tiny")


def test_the_source_is_kept_where_it_is_wanted(tiny: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wanted = tmp_path / "wanted"
    assert run_command(monkeypatch, "tiny", "--models", str(tiny), "--keep-source", str(wanted)) == 0
    assert read_source(wanted).config.hidden_size == 32
    assert [path.name for path in tiny.iterdir()] == ["tiny"]
    # With the model in place only the source is fetched.
    before = (tiny / "tiny" / "manifest.json").stat().st_mtime_ns
    (wanted / "model.safetensors").unlink()
    assert run_command(monkeypatch, "tiny", "--models", str(tiny), "--keep-source", str(wanted)) == 0
    assert read_source(wanted).config.hidden_size == 32
    assert (tiny / "tiny" / "manifest.json").stat().st_mtime_ns == before


def test_files_to_compare_with_make_no_model_directory(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(monkeypatch, "files", "--models", str(tiny)) == 0
    assert sorted(os.listdir(tiny / "files")) == ["config.json", "model.safetensors", "tokenizer.json"]
    assert "not to serve" in capsys.readouterr().out


def test_a_hub_that_refuses_is_one_sentence(
    tiny: Path, server: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.turns = [Turn(status=403)]
    arguments = ["tiny", "--models", str(tiny), "--endpoint", server.address + "/"]
    assert run_command(monkeypatch, *arguments) == 1
    expected = f"{server.address}/owner/tiny/resolve/0123/config.json could not be downloaded: the server refuses it.\n"
    assert capsys.readouterr().err == expected


def test_a_source_of_packages_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_source(tmp_path / "origin", "xlm-roberta", max_seq_length=9)
    source = read_source(tmp_path / "origin")
    entry = Entry("tiny", "pip", "MIT", "the tests", {"query": "", "passage": ""}, read=lambda _: source)
    monkeypatch.setattr(command, "CATALOGUE", {"tiny": entry})
    kept = tmp_path / "kept"
    arguments = ["tiny", "--models", str(tmp_path / "models"), "--keep-source", str(kept)]
    assert run_command(monkeypatch, *arguments) == 0
    assert sorted(path.name for path in kept.iterdir()) == [
        "config.json",
        "model.safetensors",
        "sentence_bert_config.json",
        "tokenizer.json",
    ]
    again = read_source(kept)
    assert (again.config, again.tokenizer_json) == (source.config, source.tokenizer_json)
    assert {name: tensor.tobytes() for name, tensor in again.tensors.items()} == {
        name: tensor.tobytes() for name, tensor in source.tensors.items()
    }
    assert msgspec.json.decode((kept / "sentence_bert_config.json").read_bytes())["max_seq_length"] == 9
    assert read_manifest(tmp_path / "models" / "tiny").max_tokens == 9
