"""Where people start, which pages they are offered, and that they come back to where they were."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.town import PASSWORD
from tests.web.asking import signed_in, submit
from tests.web.conftest import Town

STARTS = {
    "admin": "/map",
    "seat": "/map",
    "water": "/map",
    "li": "/map",
    "head1": "/map",
    "streethead": "/map",
    "sun": "/field",
    "zhao": "/field",
    "dong": "/field",
    "wall": "/wall",
}
"""Leaders and heads lead somebody; the other staff are in the field."""


def links(client: FlaskClient) -> list[str]:
    """The pages that the bar of one's account lists."""
    found = re.search(r'<nav class="pages".*?</nav>', client.get("/account").text, re.DOTALL)
    assert found
    return re.findall(r'href="([^"]+)"', found[0])


@pytest.mark.parametrize("username", STARTS)
def test_everybody_starts_at_their_page(town: Town, username: str) -> None:
    client = signed_in(town.app, username)
    assert client.get("/").location == STARTS[username]
    assert client.get(STARTS[username]).status_code == 200


def test_every_page_that_is_offered_opens_and_no_other(town: Town) -> None:
    for username in STARTS:
        client = signed_in(town.app, username)
        offered = links(client)
        assert offered[-1] == "/account"
        for page in ("/map", "/desk", "/field", "/wall", "/account"):
            status = client.get(page).status_code
            assert (page in offered) == (status == 200), (username, page, status)


def entered(town: Town, username: str, target: str) -> str | None:
    answer = submit(town.app.test_client(), "/sign-in", username=username, password=PASSWORD, next=target)
    return answer.location


def test_one_comes_back_to_where_one_was_if_one_may_be_there(town: Town) -> None:
    assert entered(town, "seat", "/map?area=990001#z=15") == "/map?area=990001#z=15"
    assert entered(town, "wall", "/map?area=990001") == "/", "somebody else's page"
    assert entered(town, "seat", "/nothing") == "/"
    assert entered(town, "seat", "/sign-out") == "/"


def test_why_one_is_asked_again_is_said(town: Town) -> None:
    page = town.app.test_client().get("/sign-in?next=/map&why=session_idle").text
    assert "30 分钟未操作" in page
    assert "alert--note" not in town.app.test_client().get("/sign-in?why=csrf_failed").text


def test_the_language_changes_where_one_is(town: Town) -> None:
    page = town.app.test_client().get("/sign-in?next=/map?area%3D990001&lang=en").text
    assert 'href="?next=%2Fmap%3Farea%3D990001&amp;lang=zh-CN"' in page


def test_a_page_that_does_not_exist_keeps_the_language_asked_for(town: Town) -> None:
    client = town.app.test_client()
    client.get("/nothing?lang=en")
    assert 'lang="en"' in client.get("/sign-in").text
