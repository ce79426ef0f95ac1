"""What a browser lets a page do."""

from urllib.parse import urlsplit

from playwright.async_api import Page


async def forbid_microphone(page: Page) -> None:
    """Take the permission back, as a person does at the address bar: the recording ends. It stays
    so for as long as the developer tools are attached, which is until the page closes."""
    devtools = await page.context.new_cdp_session(page)
    target = (await devtools.send("Target.getTargetInfo"))["targetInfo"]
    address = urlsplit(page.url)
    await devtools.send(
        "Browser.setPermission",
        {
            "permission": {"name": "microphone"},
            "setting": "denied",
            "origin": f"{address.scheme}://{address.netloc}",
            "browserContextId": target["browserContextId"],
        },
    )
