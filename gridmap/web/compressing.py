"""JSON answers of some size travel gzipped to who can read that: a district's counts are a tenth as long then."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

_FROM_BYTES = 2_000
_EFFORT = 5


def install(app: Flask) -> None:
    """Compress them; what is streamed, compressed already or short stays as it is."""

    @app.after_request
    def compress(response: Response) -> Response:
        if not response.is_json or response.is_streamed or response.headers.get("Content-Encoding"):
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] <= 0 or (response.content_length or 0) < _FROM_BYTES:
            return response
        response.set_data(gzip.compress(response.get_data(), _EFFORT, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag is not None:
            response.set_etag(etag, weak=True)  # the same content, other bytes
        return response
