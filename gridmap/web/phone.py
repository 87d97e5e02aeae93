"""The page that a phone opens this installation from: its address as a QR code, and what to do about the warning."""

from __future__ import annotations

import segno
from flask import Response, make_response, render_template
from markupsafe import Markup

from gridmap.errors import NotFoundError
from gridmap.web.access import PUBLIC, needs, parts
from gridmap.web.pages import pages


@pages.get("/phone")
@needs(PUBLIC)
def phone_page() -> Response:
    """The address of this installation as a QR code. Raises NotFoundError where none is stated."""
    settings = parts().settings
    if not settings.public_url:
        raise NotFoundError("not_found")
    page = render_template(
        "phone.html",
        address=settings.public_url,
        code=qr_drawing(settings.public_url),
        is_https=settings.public_url.startswith("https:"),
    )
    return make_response(page)


def qr_drawing(words: str) -> Markup:
    """A QR code as SVG without any style of its own, safe to be put into a page."""
    code = segno.make(words, error="m", micro=False)
    return Markup(code.svg_inline(scale=8, border=4, dark="#1B2430", light="#FFFFFF", omitsize=True))  # noqa: S704
