"""Which ways out there are, as the operator's TOML file declares them; a wrong line is named before anything starts."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gridmap.channels import dingtalk, wecom
from gridmap.channels.dingtalk import DingtalkRobot
from gridmap.channels.posting import Outcome, origin_of
from gridmap.channels.push import Push
from gridmap.channels.sms import Sms
from gridmap.channels.wecom import Wecom, WecomRobot
from gridmap.domain.notices import PUSH, ROBOT, SMS, WECOM, Group, Message, QuietHours
from gridmap.errors import InvalidInputError
from gridmap.texts import DEFAULT_LANGUAGE, LANGUAGES

SERVICES = (
    "https://fcm.googleapis.com",
    "https://updates.push.services.mozilla.com",
    "https://*.notify.windows.com",
    "https://web.push.apple.com",
)
"""Where browsers' own push services are, unless the file names others."""
_TOP = {"language", "quiet", "push", "wecom", "sms", "groups"}
_FIELDS = {
    "push": {"key_file", "contact", "services"},
    "wecom": {"url", "corp_id", "agent_id", "secret", "secret_from"},
    "sms": {"url", "key_id", "secret", "secret_from", "template"},
    "group": {"kind", "url", "key", "key_from", "secret", "secret_from", "areas", "unit", "kinds"},
}
_NAME_LENGTH = 64
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class Provider(Protocol):
    """One way out."""

    def send(self, target: str, keys: Mapping[str, Any] | None, message: Message) -> Outcome:
        """Send a message to an address. Raises SourceSilentError where nobody answered."""
        ...


@dataclass(frozen=True)
class Ways:
    """Every way out there is: for persons by its name, for groups by theirs; none: people hear of it in the pages alone.

    `quiet` are the hours in which only what is urgent goes out, `language` that of what goes out, `public_url`
    where its links lead ("": it has none).
    """

    providers: Mapping[str, Provider] = field(default_factory=dict, repr=False)
    robots: Mapping[str, Provider] = field(default_factory=dict, repr=False)
    groups: tuple[Group, ...] = ()
    quiet: QuietHours = field(default_factory=QuietHours)
    language: str = DEFAULT_LANGUAGE
    public_url: str = ""

    def provider(self, way: str, target: str) -> Provider | None:
        """Who sends that; None where it is not, or no longer, declared."""
        return self.robots.get(target) if way == ROBOT else self.providers.get(way)

    @property
    def push(self) -> Push | None:
        """Web push, where there is."""
        found = self.providers.get(PUSH)
        return found if isinstance(found, Push) else None


def load_ways(file: str, environ: Mapping[str, str], public_url: str = "") -> Ways:
    """The ways of a TOML file; none for an empty name. `environ` holds what fields ending in `_from` name.

    Raises InvalidInputError `channels_unreadable`, `channels_file_open` (others may read its secrets), or what
    `read_ways` raises.
    """
    if not file:
        return Ways(public_url=public_url)
    text = _private(Path(file))
    return read_ways(text, environ, Path(file).parent, public_url)


def _private(path: Path) -> str:
    """The text of a file that nobody but its owner may read, or change."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise InvalidInputError("channels_file_open", file=path.name)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise InvalidInputError("channels_unreadable", file=path.name, said=str(said)) from None


def read_ways(text: str, environ: Mapping[str, str], folder: Path, public_url: str = "") -> Ways:
    """The ways that a TOML text declares; files are named relative to `folder`.

    Raises InvalidInputError `channels_unreadable` (no TOML), `channel_field_unknown`, `channel_field_missing`,
    `channel_field_wrong` with `section` and `field`. No secret is ever part of what is said.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError("channels_unreadable", file="TOML", said=str(error)) from None
    top = _Section("", told, environ)
    top.only(_TOP)
    read = {PUSH: _push, WECOM: _wecom, SMS: _sms}
    providers = {way: read[way](top.below(way), folder) for way in read if way in told}
    groups = {name: top.below("groups").below(name) for name in told.get("groups", {})}
    return Ways(
        providers,
        {name: _robot(one) for name, one in groups.items()},
        tuple(_group(name, one) for name, one in groups.items()),
        _quiet(top),
        top.choice("language", DEFAULT_LANGUAGE, LANGUAGES),
        public_url,
    )


class _Section:
    """One table of the file."""

    def __init__(self, name: str, told: Any, environ: Mapping[str, str]) -> None:
        if not isinstance(told, dict):
            raise InvalidInputError("channel_field_wrong", section=name, field=name, wanted="[…]")
        self._name, self.told, self._environ = name, told, environ

    def below(self, name: str) -> _Section:
        """A table in it."""
        return _Section(f"{self._name}.{name}".strip("."), self.told.get(name, {}), self._environ)

    def only(self, fields: set[str]) -> None:
        """Refuse what is no field here."""
        for key in self.told.keys() - fields:
            raise InvalidInputError(
                "channel_field_unknown", section=self._name, field=key, choices=sorted(fields)
            )

    def wrong(self, key: str, wanted: str) -> InvalidInputError:
        """Not what stands there, but `wanted`."""
        return InvalidInputError("channel_field_wrong", section=self._name, field=key, wanted=wanted)

    def words(self, key: str, usual: str | None = None) -> str:
        """A text; `usual` where there is none, and None means that there must be one."""
        value = self.told.get(key, usual)
        if value is None:
            raise InvalidInputError("channel_field_missing", section=self._name, field=key)
        if not isinstance(value, str) or (usual is None and not value.strip()) or not value.isprintable():
            raise self.wrong(key, "“…”")
        return value

    def secret(self, key: str, usual: str | None = None) -> str:
        """A secret: as it stands, or out of the environment's variable that `KEY_from` names."""
        variable = self.words(f"{key}_from", "")
        if not variable:
            return self.words(key, usual)
        if not self._environ.get(variable):
            raise InvalidInputError("channel_field_missing", section=self._name, field=variable)
        return self._environ[variable]

    def choice(self, key: str, usual: str | None, choices: tuple[str, ...]) -> str:
        """One of `choices`."""
        value = self.words(key, usual)
        if value not in choices:
            raise self.wrong(key, " | ".join(choices))
        return value

    def texts(self, key: str, usual: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        value = self.told.get(key, list(usual))
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, "[“…”, “…”]")
        return tuple(value)

    def address(self, key: str, usual: str | None = None) -> str:
        """An address of https, or of http where somebody wrote that."""
        value = self.words(key, usual)
        if not origin_of(value):
            raise self.wrong(key, "https://…")
        return value.rstrip("/")


def _push(told: _Section, folder: Path) -> Push:
    told.only(_FIELDS["push"])
    contact = told.words("contact")
    if not contact.startswith(("mailto:", "https://")):
        raise told.wrong("contact", "mailto:… | https://…")
    services = told.texts("services", SERVICES)
    if not all(origin_of(one.replace("*", "any", 1)) == one.replace("*", "any", 1) for one in services):
        raise told.wrong("services", "https://host")
    try:
        key = load_pem_private_key(_private(folder / told.words("key_file")).encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise told.wrong("key_file", "PEM, prime256v1")
    return Push(key, contact, services)


def _wecom(told: _Section, _folder: Path) -> Wecom:
    told.only(_FIELDS["wecom"])
    agent = told.told.get("agent_id")
    if type(agent) is not int:
        raise told.wrong("agent_id", "1000002")
    return Wecom(told.address("url", wecom.HOST), told.words("corp_id"), agent, told.secret("secret"))


def _sms(told: _Section, _folder: Path) -> Sms:
    told.only(_FIELDS["sms"])
    return Sms(told.address("url"), told.words("key_id"), told.secret("secret"), told.words("template"))


def _robot(told: _Section) -> Provider:
    told.only(_FIELDS["group"])
    if told.choice("kind", None, ("wecom", "dingtalk")) == "wecom":
        return WecomRobot(told.address("url", wecom.HOST), told.secret("key"))
    host = told.address("url", dingtalk.HOST)
    return DingtalkRobot(host, told.secret("key"), told.secret("secret", ""))


def _group(name: str, told: _Section) -> Group:
    if len(name) > _NAME_LENGTH:
        raise told.wrong(name, f"1–{_NAME_LENGTH}")
    return Group(name, told.texts("areas"), told.words("unit", "") or None, told.texts("kinds"))


def _quiet(top: _Section) -> QuietHours:
    said = top.words("quiet", "22:00-07:00")
    if not said:
        return QuietHours(time(0), time(0))
    found = _HOURS.fullmatch(said)
    if found is None:
        raise top.wrong("quiet", "22:00-07:00")
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    return QuietHours(time(from_hour, from_minute), time(to_hour, to_minute))
