"""Does the recipe for a program of one's own say what the provider does, all of it, and nothing else?"""

import re

import pytest

from federation.accounts.models import DistrictDuty
from federation.clients.models import Authentication, Scope
from federation.sso import authorizing, tokens
from federation.sso.asking import ASSURANCES
from federation.sso.discovery import PROOF_ALGORITHMS, metadata
from federation.sso.logout.untold import TOLD_FOR
from federation.sso.protocol.granting import CODE_LIFETIME
from tenants.sso.models import REFRESH_INTERVAL
from tenants.sso.provider import LEEWAY
from tests.architecture.source import ROOT

RECIPE = (ROOT / "docs" / "sign-in.md").read_text()
NAMED = {word for code in re.findall(r"`([^`\n]+)`", RECIPE) for word in re.findall(r"[\w:.+-]+", code)}
# A request that brings one of them is refused, so nobody is told to send it.
REFUSED = {"request", "request_uri", "registration"}
SAID = metadata("https://hub.example")


class _Everything(dict[str, str]):
    """A request with every parameter that one can have."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __missing__(self, _name: str) -> str:
        return ""


@pytest.mark.parametrize(
    "there_are",
    [
        {name for name in SAID if name.endswith("_endpoint") or name == "jwks_uri"},
        authorizing.known(_Everything()).keys() - REFUSED,
        {scope.value for scope in Scope},
        {way.value for way in Authentication},
        {duty.value for duty in DistrictDuty},
        set(SAID["claims_supported"]) - {"at_hash"},
        set(SAID["prompt_values_supported"]),
        set(ASSURANCES),
        set(SAID["ui_locales_supported"]),
    ],
    ids=["endpoints", "parameters", "scopes", "proofs", "roles", "claims", "prompts", "assurances", "languages"],
)
def test_everything_that_there_is_has_its_name_in_the_recipe(there_are: set[str]) -> None:
    assert there_are - NAMED == set()


def test_every_parameter_that_the_recipe_has_a_browser_bring_is_known() -> None:
    table = RECIPE.partition("### 1.")[2].partition("### 2.")[0]
    rows = [row.partition("|")[0] for row in re.findall(r"^\| (`.*)$", table, re.M)]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(told) > 10
    assert authorizing.known(dict.fromkeys(told, "")).keys() == told


def test_its_figures_are_those_of_the_code() -> None:
    assert {"ES256", "RS256", "EdDSA"} <= set(PROOF_ALGORITHMS)
    assert (CODE_LIFETIME.total_seconds(), "good for a minute, once" in RECIPE) == (60, True)
    assert (tokens.GRACE.total_seconds(), "within twenty seconds" in RECIPE) == (20, True)
    assert (LEEWAY.total_seconds(), "a minute and a half" in RECIPE) == (90, True)
    assert (REFRESH_INTERVAL.total_seconds(), "five minutes being usual" in RECIPE) == (300, True)
    assert (TOLD_FOR.days, "for a day" in RECIPE) == (1, True)
