"""A model and data set hub on loopback, for the unmodified clients of the real one.

It serves folders of ``<root>/models/<owner>/<name>`` and ``<root>/datasets/<owner>/<name>`` through
the part of the hub's API that ``datasets`` and ``transformers`` use. Faults can be asked for, for a
file (``owner/name/path``) or for the questions about a repository (``owner/name``):

=============  =====================================================================
``missing``    404
``cut``        the first answer ends half-way
``truncated``  every answer ends half-way
``slow``       a late answer
``limited``    429 twice, with the seconds to wait, then the file
``refused``    429 always
=============  =====================================================================
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0" * 39 + "1"  # behind every branch
SLOW_SECONDS = 1.5
RETRY_AFTER_SECONDS = 1

_API = re.compile(
    r"/api/(?P<kind>models|datasets)/(?P<repo>[^/]+/[^/]+)"
    r"(?:/(?P<verb>revision|tree)/(?P<revision>[^/]+)(?P<folder>/.*)?)?"
)
_FILE = re.compile(
    r"(?P<kind>/datasets)?/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)"
)


@dataclass
class Hub:
    """A running hub: its address, what it was asked and sent, and the faults it has to show."""

    url: str
    root: Path
    faults: Mapping[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    revisions: set[tuple[str, str]] = field(default_factory=set)  # of each repository
    sent: Counter[str] = field(default_factory=Counter)  # bytes of each file
    shown: Counter[str] = field(default_factory=Counter)  # how often a fault was


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, hub: Hub, *arguments: object) -> None:
        self.hub = hub
        super().__init__(*arguments)  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        """Stay silent; ``hub.requests`` has it all."""

    def do_HEAD(self) -> None:
        self._answer(send_body=False)

    def do_GET(self) -> None:
        self._answer(send_body=True)

    def _answer(self, *, send_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        try:
            if match := _API.fullmatch(path):
                self._api(match)
            elif match := _FILE.fullmatch(path):
                self._file(match, send_body=send_body)
            else:
                self._error(404, "EntryNotFound")
        except (BrokenPipeError, ConnectionResetError):  # the client did not wait
            self.close_connection = True

    def _repository(self, kind: str, match: re.Match[str]) -> Path | None:
        if match["revision"]:
            self.hub.revisions.add((match["repo"], match["revision"]))
        folder = self.hub.root / kind / match["repo"]
        return folder if folder.is_dir() else None

    def _fault(self, name: str) -> str | None:
        """Return the fault to show for a file or repository; a late answer is late already."""
        fault = self.hub.faults.get(name)
        if fault in ("limited", "cut") and self.hub.shown[name] >= (2 if fault == "limited" else 1):
            return None
        if fault == "limited" or (fault is not None and self.command == "GET"):
            self.hub.shown[name] += 1
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        return fault

    def _api(self, match: re.Match[str]) -> None:
        folder = self._repository(match["kind"], match)
        fault = self._fault(match["repo"])
        if fault in ("limited", "refused"):
            return self._error(429, "RateLimited")
        if folder is None:
            return self._error(404, "RepoNotFound")
        files = sorted(item for item in folder.rglob("*") if item.is_file())
        if match["verb"] == "tree":
            below = folder / (match["folder"] or "").strip("/")
            recursive = "recursive=true" in urlsplit(self.path).query.lower()
            listed = sorted(below.rglob("*") if recursive else below.glob("*"))
            if not listed:
                return self._error(404, "EntryNotFound")
            return self._json([_entry(item, folder) for item in listed])
        return self._json(
            {
                "id": match["repo"],
                "sha": _commit(match["revision"]),
                "private": False,
                "disabled": False,
                "gated": False,
                "tags": [],
                "downloads": 0,
                "likes": 0,
                "siblings": [{"rfilename": item.relative_to(folder).as_posix()} for item in files],
            }
        )

    def _file(self, match: re.Match[str], *, send_body: bool) -> None:
        folder = self._repository("datasets" if match["kind"] else "models", match)
        if folder is None:
            return self._error(404, "RepoNotFound")
        name = f"{match['repo']}/{match['file']}"
        path = folder / match["file"]
        fault = self._fault(name)
        if fault in ("limited", "refused"):
            return self._error(429, "RateLimited")
        if fault == "missing" or not path.is_file():
            return self._error(404, "EntryNotFound")
        whole = path.stat().st_size
        start, end, status, headers = 0, whole - 1, 200, {}
        if wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, end = int(wanted[1]), min(end, int(wanted[2] or end))
            headers["Content-Range"] = f"bytes {start}-{end}/{whole}"
            status = 206
        self.send_response(status)
        for header, value in {
            **headers,
            "Content-Length": str(end + 1 - start),
            "Content-Type": "application/octet-stream",
            "ETag": f'"{_etag(path)}"',
            "X-Repo-Commit": _commit(match["revision"]),
            "Accept-Ranges": "bytes",
        }.items():
            self.send_header(header, value)
        self.end_headers()
        if not send_body:
            return None
        if fault in ("cut", "truncated"):
            end = min(end, whole // 2)
            self.close_connection = True
        with path.open("rb") as file:
            file.seek(start)
            content = file.read(max(0, end + 1 - start))
        self.hub.sent[name] += len(content)
        self.wfile.write(content)
        return None

    def _json(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        if status == 429:
            self.send_header("Retry-After", str(RETRY_AFTER_SECONDS))
        self.end_headers()


def _commit(revision: str | None) -> str:
    """Return the commit behind a revision: itself, where it is one."""
    return revision if re.fullmatch("[0-9a-f]{40}", revision or "") else COMMIT


def _entry(path: Path, folder: Path) -> dict[str, object]:
    name = path.relative_to(folder).as_posix()
    if path.is_dir():
        return {"type": "directory", "path": name, "size": 0, "oid": "0" * 40}
    return {"type": "file", "path": name, "size": path.stat().st_size, "oid": _etag(path)}


def _etag(path: Path) -> str:
    told = f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}"
    return hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def serving(root: Path, *, faults: Mapping[str, str] | None = None) -> Iterator[Hub]:
    """Serve ``root`` on a free loopback port until the block ends."""
    hub = Hub(url="", root=root, faults=faults or {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, hub))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def run_against(
    url: str, program: str, *arguments: str, home: Path, offline: bool = False, **settings: str
) -> list[Any]:
    """Run a program in a process of its own, which reads its caches and this hub only.

    Returns what it printed, a JSON value a line.
    """
    environment = {
        "HF_HOME": str(home / "hf"),
        "COMPANION_CACHE": str(home / "cache"),
        "HF_ENDPOINT": url,
        "HF_HUB_OFFLINE": str(int(offline)),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | environment | settings,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
