"""Take docs/sandbox.png, the README's picture: play the story, then look at the page.

``python -m scripts.screenshot`` plays the story by itself; ``--url`` looks at a page that is already
running. Needs chromium on PATH; letters look best with the Inter font installed.
"""

import argparse
import asyncio
import io
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, ViewportSize, async_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "sandbox.png"
SIZE: ViewportSize = {"width": 1440, "height": 900}
MOST_BYTES = 400_000
STORY_SECONDS = 300
DONE = "The page stays open"
"""What ``run.py sandbox --story --keep`` prints after its last step."""


@asynccontextmanager
async def story() -> AsyncIterator[str]:
    """The story, played to its end; gives the page's address."""
    command = [sys.executable, "run.py", "sandbox", "--story", "--keep"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(STORY_SECONDS):
            yield await _address(process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Read what the story prints until it is done. Raises RuntimeError if it ends before."""
    address = ""
    assert process.stdout is not None  # noqa: S101  (asked for above)
    async for raw in process.stdout:
        line = raw.decode().rstrip()
        print(line)
        address = next((word for word in line.split() if word.startswith("http://")), address)
        if DONE in line and address:
            return address
    raise RuntimeError("The story ended before its last step.")


async def picture(url: str) -> bytes:
    """The page as a PNG. Raises RuntimeError without chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        raise RuntimeError("Chromium is not installed (apt-get install chromium).")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        await page.goto(url)
        await page.wait_for_selector(".turn")
        await page.wait_for_selector(".telegram .message")
        await page.wait_for_load_state("load")
        await page.evaluate("document.fonts.ready")
        await show(page)
        shot = await page.screenshot()
        await browser.close()
    return shot


async def show(page: Page) -> None:
    """Be the agent who solved the ticket, and begin each conversation where it gets interesting."""
    people = page.locator(".slack .people")
    if "Ben Okafor" in await people.locator("option").all_inner_texts():
        await people.select_option("Ben Okafor")
    for place in (
        page.locator(".telegram .message.mine").filter(has_text="ridiculous"),
        page.locator(".discord .message.mine"),
        page.locator(".slack .message.card"),
    ):
        if await place.count():
            await place.last.evaluate("node => node.scrollIntoView({block: 'start'})")


def small(png: bytes) -> bytes:
    """The same picture in at most MOST_BYTES: with 256 colours if it has to be."""
    if len(png) <= MOST_BYTES:
        return png
    made = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(made, "PNG", optimize=True)
    return made.getvalue()


async def look(url: str) -> bytes:
    """The page of a running sandbox, or of the story."""
    if url:
        return await picture(url)
    async with story() as address:
        return await picture(address)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", default="", help="a page that is already running")
    parser.add_argument("--target", type=Path, default=TARGET)
    options = parser.parse_args()
    options.target.write_bytes(small(asyncio.run(look(options.url))))
    print(f"{options.target}: {options.target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
