"""What a browser needs to install the page, from whatever path it is served."""

import json
import struct

import pytest

from scripts.draw_icons import icons
from tests.e2e.conftest import OpenPage
from tests.e2e.page.scripted_server import WEB, ScriptedServer


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_browser_finds_nothing_missing_to_install_it(
    server: ScriptedServer, open_page: OpenPage, language: str
) -> None:
    page = await open_page(server.url, locale=language)
    devtools = await page.context.new_cdp_session(page)
    found = await devtools.send("Page.getAppManifest")
    assert found["url"].endswith(f"manifest.{language}.webmanifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["lang"] == language
    problems = await devtools.send("Page.getInstallabilityErrors")
    # The tests' windows keep nothing after them, and nothing can be installed into such.
    assert {error["errorId"] for error in problems["installabilityErrors"]} <= {"in-incognito"}


@pytest.mark.parametrize("name", sorted(icons()))
def test_an_icon_is_the_one_that_is_drawn(name: str) -> None:
    content = (WEB / "icons" / name).read_bytes()
    assert content == icons()[name]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_manifests_icons_have_the_sizes_that_it_says(language: str) -> None:
    manifest = json.loads((WEB / f"manifest.{language}.webmanifest").read_text())
    drawn = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    assert {(icon["sizes"], icon["purpose"]) for icon in drawn} == {
        (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
    }
    for icon in drawn:
        size = struct.unpack(">II", (WEB / icon["src"]).read_bytes()[16:24])
        assert icon["sizes"] == "{}x{}".format(*size)
