"""Ingestion: pages and passages a second, beside the bare encoder's passages a second in the same run.

``python -m bench.ingest [--data DIR] [--json]``. The documents are the PDFs of a folder (the default:
``../shared/data/filings``; where that is missing, the handbook of ``examples``, which is said). Each is
parsed in its own process, split, encoded, put into Chroma and published, as an upload is.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bench.corpus import HANDBOOK, ROOT, SHARED
from bench.measured import load_average, show
from brain.batching import BatchedEncoder
from brain.knowledge.index import Chroma
from brain.knowledge.knowledge import Knowledge
from brain.knowledge.load import Loader
from brain.knowledge.loaders.extract import Pages, unheard
from brain.knowledge.memory import MemoryLibrary
from brain.knowledge.passages import indexed
from brain.models import load_encoder
from domain.ids import CompanyId
from domain.knowledge import ParsedDocument

COMPANY = CompanyId("bench")
MODELS = ROOT / ".cache" / "models"


class Stopwatch:
    """Seconds spent reading files, and the pages read."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self.seconds = 0.0
        self.pages = 0

    async def load(self, data: bytes, name: str, *, pages: Pages = unheard) -> ParsedDocument:
        """Load and note how long it took."""
        began = time.perf_counter()
        parsed = await self._loader.load(data, name)
        self.seconds += time.perf_counter() - began
        self.pages += parsed.pages
        return parsed


async def measure(files: Sequence[Path]) -> dict[str, object]:
    """Take every file in, then encode the same passages with the bare encoder."""
    encoder = load_encoder("minilm", cache_dir=MODELS, threads=2)
    watch = Stopwatch(Loader())
    library = MemoryLibrary()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        chroma = await Chroma.open(Path(folder))
        batched = BatchedEncoder(encoder, executor=pool)
        knowledge = Knowledge(
            company=COMPANY,
            library=library,
            index=chroma.index(COMPANY, encoder.id),
            encoder=batched,
            loader=watch.load,
            clock=lambda: datetime.now(UTC),
        )
        began = time.perf_counter()
        for file in files:
            await knowledge.ingest(file.name, file.read_bytes())
        whole = time.perf_counter() - began
        await chroma.close()
    texts = [indexed(passage) for passage in await library.everything()]
    began = time.perf_counter()
    encoder.encode(texts)
    bare = len(texts) / (time.perf_counter() - began)
    ours = len(texts) / (whole - watch.seconds)
    return {
        "files": len(files),
        "pages": watch.pages,
        "passages": len(texts),
        "pages_per_second_read": round(watch.pages / watch.seconds, 1),
        "pages_per_second_whole": round(watch.pages / whole, 1),
        "passages_per_second": round(ours, 1),
        "bare_encoder_passages_per_second": round(bare, 1),
        "share_of_bare_encoder": round(ours / bare, 3),
        "load": load_average(),
    }


def main() -> None:
    """Measure, show a table, and with --json print one object last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "filings")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    files = sorted(chosen.data.glob("*.pdf")) if chosen.data.is_dir() else []
    if not files:
        print(f"No PDFs in {chosen.data.name}: the handbook is taken instead.", file=sys.stderr)
        files = [HANDBOOK]
    results = asyncio.run(measure(files))
    show("Ingestion", ["measure", "value"], [(name, value) for name, value in results.items()])
    if chosen.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
