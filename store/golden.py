"""A company's golden questions, as an admin uploaded them."""

from domain.ids import CompanyId
from store.client import translated
from store.scoped import Db, Scoped

_KEY = "golden"


class MongoGolden:
    """Keeps one text, the latest."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._rows = Scoped(db=db, name="golden", company=company)

    async def words(self) -> str:
        """The YAML; "" if there is none."""
        async with translated():
            row = await self._rows.get(_KEY)
        return str(row["words"]) if row else ""

    async def keep(self, words: str) -> None:
        """Replace it."""
        async with translated():
            await self._rows.put(_KEY, {"words": words})
