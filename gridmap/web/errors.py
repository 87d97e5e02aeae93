"""One table from domain errors to HTTP, one shape: JSON for the API, a page for people."""

from __future__ import annotations

import errno
import logging
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from gridmap import errors
from gridmap.texts import text
from gridmap.web.language import language

log = logging.getLogger(__name__)

STATUS: dict[type[errors.GridmapError], int] = {
    errors.InvalidInputError: 422,
    errors.NotSignedInError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.TooLargeError: 413,
    errors.TooManyError: 429,
    errors.UnavailableError: 503,
    errors.SourceSilentError: 504,
    errors.SourceFailedError: 502,
    errors.GridmapError: 500,
}
_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "media_type",
    429: "too_many",
}


def status_of(error: errors.GridmapError) -> int:
    """The HTTP status of a domain error: that of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def said_of(error: errors.GridmapError) -> str:
    """An error in words for a form; of a weak password, why it is."""
    details = dict(error.details)
    code = f"{error.code}_{details['reason']}" if error.code == "password_weak" else error.code
    return text(language(), f"error.{code}", **details)


def answer(code: str, status: int, details: dict[str, Any] | None = None) -> Response:
    """The one error shape: JSON under /api, a page elsewhere."""
    details = details or {}
    message = text(language(), f"error.{code}", **details)
    if _is_for_machines():
        response = jsonify(error={"code": code, "message": message, "details": details})
    else:
        response = Response(render_template("error.html", code=code, message=message, status=status))
    response.status_code = status
    if status == 401 and request.path.startswith("/api/"):
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        response.headers["Retry-After"] = str(details.get("retry_after_s", 5))
    return response


def _is_for_machines() -> bool:
    return request.path.startswith(("/api/", "/tiles/", "/base/")) or request.path == "/healthz"


def answer_validation(error: ValidationError) -> Response:
    """What does not fit a route's declared query or body: every field with its reason."""
    fields = [
        {"field": ".".join(str(part) for part in fault["loc"]) or "body", "reason": fault["type"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)[:50]
    ]
    return answer("invalid_input", 422, {"fields": fields})


def install(app: Flask) -> None:
    """Register the table with the application."""
    app.register_error_handler(errors.GridmapError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OSError, _system)
    app.register_error_handler(Exception, _unexpected)


def _domain(error: errors.GridmapError) -> AnyResponse:
    is_visit = request.method in ("GET", "HEAD") and not _is_for_machines()
    if is_visit and isinstance(error, errors.NotSignedInError):
        why = {} if error.code == "not_signed_in" else {"why": error.code}
        return redirect(url_for("pages.sign_in_page", next=request.full_path.rstrip("?"), **why))
    return answer(error.code, status_of(error), dict(error.details))


def _http(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    response = answer(_HTTP_CODES.get(status, "bad_request" if status < 500 else "internal"), status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _system(error: OSError) -> Response:
    """A disk that takes no more shows first where a large body is put aside while it comes."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _unexpected(error)
    log.warning("storage_full: %s", error.strerror)
    return answer("storage_full", STATUS[errors.UnavailableError])


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected fault at %s", request.path, exc_info=error)
    return answer("internal", 500)
