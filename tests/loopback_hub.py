"""A model and data set hub on loopback, for the unmodified clients of the real one.

It serves folders of ``<root>/models/<owner>/<name>`` and ``<root>/datasets/<owner>/<name>`` through
the part of the hub's API that ``datasets`` and ``transformers`` use. Faults can be asked for, file
by file: ``missing`` (404), ``truncated`` (the connection ends half-way), ``slow`` (a late answer)
and ``limited`` (429 twice, then the file).
"""

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

COMMIT = "0" * 39 + "1"
SLOW_SECONDS = 1.5

_API = re.compile(
    r"/api/(?P<kind>models|datasets)/(?P<repo>[^/]+/[^/]+)"
    r"(?:/(?P<verb>revision|tree)/(?P<revision>[^/]+)(?P<folder>/.*)?)?"
)
_FILE = re.compile(
    r"(?P<kind>/datasets)?/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)"
)


@dataclass
class Hub:
    """A running hub: its address, what it was asked, and the faults it has to show."""

    url: str
    root: Path
    faults: Mapping[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    limited: Counter[str] = field(default_factory=Counter)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    content_types: ClassVar = {".json": "application/json"}

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
        if match := _API.fullmatch(path):
            self._api(match)
        elif match := _FILE.fullmatch(path):
            self._file(match, send_body=send_body)
        else:
            self._error(404, "EntryNotFound")

    def _repository(self, kind: str, repo: str) -> Path | None:
        folder = self.hub.root / kind / repo
        return folder if folder.is_dir() else None

    def _api(self, match: re.Match[str]) -> None:
        folder = self._repository(match["kind"], match["repo"])
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
                "sha": COMMIT,
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
        folder = self._repository("datasets" if match["kind"] else "models", match["repo"])
        if folder is None:
            return self._error(404, "RepoNotFound")
        path = folder / match["file"]
        fault = self.hub.faults.get(f"{match['repo']}/{match['file']}")
        if fault == "limited" and self.hub.limited[match["file"]] < 2:
            self.hub.limited[match["file"]] += 1
            return self._error(429, "RateLimited", {"Retry-After": "1"})
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        if fault == "missing" or not path.is_file():
            return self._error(404, "EntryNotFound")
        content = path.read_bytes()
        start, status, headers = 0, 200, {}
        if wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, end = int(wanted[1]), int(wanted[2] or len(content) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            content, status = content[start : end + 1], 206
        self.send_response(status)
        for name, value in {
            **headers,
            "Content-Length": str(len(content)),
            "Content-Type": "application/octet-stream",
            "ETag": f'"{_etag(path)}"',
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if send_body:
            if fault == "truncated":
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
            else:
                self.wfile.write(content)

    def _json(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _error(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()


def _entry(path: Path, folder: Path) -> dict[str, object]:
    name = path.relative_to(folder).as_posix()
    if path.is_dir():
        return {"type": "directory", "path": name, "size": 0, "oid": "0" * 40}
    return {"type": "file", "path": name, "size": path.stat().st_size, "oid": _etag(path)}


def _etag(path: Path) -> str:
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()


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
