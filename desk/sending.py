"""What a step sends: rows of the outbox, with keys that repeat when the step is repeated."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from desk.changes import Act, Changes, Outgoing, Purpose
from desk.firm import Firm
from desk.ports import Channel
from desk.storage import Posted
from domain.content import Content, File, plain
from domain.conversation import Conversation
from domain.ids import Address, BotId, Lane, MessageId, MessageRef, derived
from domain.ticket import Ticket


class Sending:
    """Queues messages, edits, deletions and marks. Nothing is written before ``changes`` are committed."""

    def __init__(
        self,
        *,
        firm: Firm,
        channels: Mapping[BotId, Channel],
        lane: Lane,
        seed: str,
        now: datetime,
        conversation: Conversation | None = None,
        ticket: Ticket | None = None,
    ) -> None:
        self.firm = firm
        self.lane = lane
        self.now = now
        self.conversation = conversation
        self.ticket = ticket
        self.stored_ticket = ticket
        """As it was before this step."""
        self.changes = Changes(seed=seed, now=now)
        self._channels = channels

    def id(self, *parts: str) -> str:
        """A stable id for something this step makes."""
        return derived(self.firm.id, self.changes.seed, *parts)

    def send(
        self,
        to: Address,
        content: Content,
        part: str,
        *,
        purpose: Purpose = Purpose.NOTICE,
        key: str = "",
        under: str = "",
        origin: MessageId | None = None,
        receipt_for: MessageRef | None = None,
        reply_to: MessageRef | None = None,
        accepted_at: datetime | None = None,
        delay: timedelta = timedelta(),
        secret: bool = False,
    ) -> str:
        """Queue a content in pieces that each fit one message; the key of the first piece."""
        seed = key or self.id("send", part)
        pieces = self._pieces(to, content)
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            self._queue(
                Act.SEND,
                to,
                derived(seed, str(number)),
                purpose=purpose,
                delay=delay,
                content=piece,
                under=under,
                origin=origin,
                receipt_for=receipt_for if last else None,
                reply_to=None if number else reply_to,
                accepted_at=accepted_at if last else None,
                secret=secret,
            )
        return derived(seed, "0")

    def edit(self, target: str, to: Address, content: Content, part: str) -> None:
        """Replace a message of ours that is one piece, named by its key, once it is delivered."""
        self._queue(Act.EDIT, to, self.id("edit", part), content=self._pieces(to, content)[0], target=target)

    def rewrite(self, shown: Sequence[Posted], content: Content) -> None:
        """Show another content in place of the pieces of one message: some change, come or go.

        Its files stay. Where words and files no longer go together as they did, all of it comes anew.
        """
        if not shown:
            return
        first = shown[0].row
        pieces = self._pieces(first.to, Content((*content.blocks, *_files(*(one.row for one in shown)))))
        pairs = list(zip(shown, pieces, strict=False))
        kept = len(pairs) if all(_files(old.row) == list(piece.of(File)) for old, piece in pairs) else 0
        for number, (posted, piece) in enumerate(pairs[:kept]):
            self._change(posted.row, piece, number)
        for number, piece in enumerate(pieces[kept:], kept):
            self._more(first, piece, number)
        for number, posted in enumerate(shown[kept:]):
            self.delete(posted.row.key, first.to, f"rest-{number}", under=first.under)

    def _change(self, shown: Outgoing, piece: Content, number: int) -> None:
        """The words of one message; a file is uploaded again only where it would stand without words."""
        said = piece.without(File)
        alone = not _words(said)
        if alone and shown.content == piece:
            return
        self._queue(
            Act.EDIT,
            shown.to,
            self.id("rewrite", str(number)),
            purpose=shown.purpose,
            content=piece if alone else said,
            target=shown.key,
            under=shown.under,
        )

    def _more(self, first: Outgoing, piece: Content, number: int) -> None:
        self._queue(
            Act.SEND,
            first.to,
            derived(first.key, "more", str(number), self.changes.seed),
            purpose=first.purpose,
            content=piece,
            under=first.under,
            origin=first.origin,
        )

    def edit_at(self, ref: MessageRef, content: Content, part: str) -> None:
        """Replace a message of ours that stands at a known place."""
        self._queue(Act.EDIT, ref.address, self.id("edit", part), content=content, ref=ref)

    def delete(self, target: str, to: Address, part: str, *, under: str = "") -> None:
        """Delete a message of ours, named by its key."""
        self._queue(Act.DELETE, to, self.id("delete", part), target=target, under=under)

    def mark(
        self,
        ref: MessageRef,
        mark: str,
        part: str,
        *,
        key: str = "",
        origin: MessageId | None = None,
        delay: timedelta = timedelta(),
    ) -> None:
        """Put a mark on somebody's message."""
        self._queue(
            Act.REACT,
            ref.address,
            key or self.id("mark", part, mark),
            purpose=Purpose.RECEIPT,
            delay=delay,
            ref=ref,
            mark=mark,
            origin=origin,
        )

    def shared(self, place: Address) -> bool:
        """Whether more people than the customer read there."""
        channel = self._channels.get(place.bot)
        return channel is not None and channel.limits.shared(place.channel)

    def _pieces(self, to: Address, content: Content) -> tuple[Content, ...]:
        channel = self._channels.get(to.bot)
        return channel.split(content) if channel else (content,)

    def _queue(
        self,
        act: Act,
        to: Address,
        key: str,
        *,
        purpose: Purpose = Purpose.NOTICE,
        delay: timedelta = timedelta(),
        **fields: Any,
    ) -> None:
        row = Outgoing(
            key=key,
            lane=self.lane,
            act=act,
            purpose=purpose,
            to=to,
            # Ordered by when it is meant to go: what has to wait holds up nothing that comes before.
            at=self.now + delay,
            due_at=self.now + delay,
            n=len(self.changes.outgoing),
            ticket=self.ticket.id if self.ticket else None,
            conversation=self.conversation.id if self.conversation else None,
            **fields,
        )
        self.changes.outgoing.append(row)


def _files(*rows: Outgoing) -> list[File]:
    """The files that rows carry, in order."""
    return [block for row in rows for block in row.content.blocks if isinstance(block, File)]


def _words(content: Content) -> str:
    """What is kept of a content as a message of the history."""
    return plain(content).strip()
