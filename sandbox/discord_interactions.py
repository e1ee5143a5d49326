"""The stand-in's answers to interactions: callbacks, follow-ups and edits of the original response."""

from collections.abc import Sequence
from typing import Any

from sandbox.discord_http import Call, Handler
from sandbox.discord_rest import NO_MESSAGE, Rest
from sandbox.discord_rules import Fault, check_message
from sandbox.discord_world import ANSWER_SECONDS, EPHEMERAL, LOADING, Channel, Interaction, Wire

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL = 4, 5, 6, 7, 9
COMPONENT, MODAL_SUBMIT = 3, 5
KINDS = (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL)


class Answers:
    """Handlers of ``/interactions`` and ``/webhooks``."""

    def __init__(self, *, rest: Rest) -> None:
        self.rest = rest
        self.world = rest.world

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Method, path as the documentation writes it, handler."""
        hook = "/webhooks/{webhook_id}/{webhook_token}"
        original = hook + "/messages/@original"
        one = hook + "/messages/{message_id}"
        return (
            ("POST", "/interactions/{interaction_id}/{interaction_token}/callback", self.callback),
            ("POST", hook, self.follow_up),
            ("GET", original, self.get),
            ("PATCH", original, self.edit),
            ("DELETE", original, self.delete),
            ("GET", one, self.get),
            ("PATCH", one, self.edit),
            ("DELETE", one, self.delete),
        )

    async def callback(self, call: Call) -> None:
        interaction = self.world.interactions.get(call.params["interaction_id"])
        late = interaction is None or self.world.clock() - interaction.born > ANSWER_SECONDS
        if interaction is None or late or interaction.token != call.params["interaction_token"]:
            raise Fault(404, 10062, "Unknown interaction")
        if interaction.state != "new":
            raise Fault(400, 40060, "Interaction has already been acknowledged.")
        kind, data = int(call.body["type"]), call.body.get("data") or {}
        if kind not in KINDS or (kind in (DEFERRED_UPDATE, UPDATE) and interaction.kind < COMPONENT):
            raise Fault(400, 50035, "Invalid Form Body", errors={"type": {}})
        if kind == MODAL:
            self._modal(interaction, data)
        elif kind in (MESSAGE, DEFERRED):
            await self._respond(interaction, kind, call)
        interaction.state = "answered"

    def _modal(self, interaction: Interaction, data: Wire) -> None:
        if interaction.kind == MODAL_SUBMIT or not 1 <= len(data.get("components", [])) <= 5:
            raise Fault(400, 50035, "Invalid Form Body", errors={"components": {}})
        interaction.modal = data

    async def _respond(self, interaction: Interaction, kind: int, call: Call) -> None:
        data = call.body.get("data") or {}
        interaction.ephemeral = bool(int(data.get("flags") or 0) & EPHEMERAL)
        if kind == MESSAGE:
            check_message(data, files=len(call.uploads), fresh=True)
        flags = (LOADING if kind == DEFERRED else 0) | (EPHEMERAL if interaction.ephemeral else 0)
        message = self._write(interaction, data, call, flags)
        interaction.original = message["id"]
        await self._announce(interaction, "MESSAGE_CREATE", message)

    def _channel(self, interaction: Interaction) -> Channel:
        return self.world.channels[interaction.channel]

    def _write(self, interaction: Interaction, body: Wire, call: Call, flags: int) -> Wire:
        channel = self._channel(interaction)
        asked = {"id": interaction.id, "type": interaction.kind, "authorizing_integration_owners": {}}
        message = self.rest.write(
            channel,
            body,
            call.uploads,
            flags=flags,
            webhook_id=self.world.application,
            application_id=self.world.application,
            interaction_metadata=asked | {"user": self.world.user(self.world.people[interaction.person])},
        )
        if flags & EPHEMERAL:
            channel.only_for[message["id"]] = interaction.person
        return message

    async def _announce(self, interaction: Interaction, event: str, message: Wire) -> None:
        if not message["flags"] & EPHEMERAL:
            await self.rest.announce(event, self._channel(interaction), message)

    def _interaction(self, call: Call) -> Interaction:
        if call.params["webhook_id"] != self.world.application:
            raise Fault(404, 10015, "Unknown Webhook")
        found = self.world.by_token(call.params["webhook_token"])
        if found is None:
            raise Fault(401, 50027, "Invalid Webhook Token")
        if found.state == "new":
            raise Fault(404, 10015, "Unknown Webhook")
        return found

    async def follow_up(self, call: Call) -> Wire:
        interaction = self._interaction(call)
        check_message(call.body, files=len(call.uploads), fresh=True)
        channel = self._channel(interaction)
        waiting = channel.messages.get(interaction.original)
        if waiting is not None and waiting["flags"] & LOADING:  # the first one takes the place of "thinking"
            await self._fill(interaction, waiting, call)
            return waiting
        flags = int(call.body.get("flags") or 0) & EPHEMERAL
        message = self._write(interaction, call.body, call, flags)
        await self._announce(interaction, "MESSAGE_CREATE", message)
        return message

    async def _fill(self, interaction: Interaction, message: Wire, call: Call) -> None:
        message["flags"] &= ~LOADING
        await self.rest.change(self._channel(interaction), message, call.body, call.uploads)

    def _message(self, call: Call) -> tuple[Interaction, Wire]:
        interaction = self._interaction(call)
        channel = self._channel(interaction)
        wanted = call.params.get("message_id", interaction.original)
        found = channel.messages.get(wanted)
        if found is None or wanted in channel.deleted:
            raise Fault(*NO_MESSAGE)
        return interaction, found

    async def get(self, call: Call) -> Wire:
        return self._message(call)[1]

    async def edit(self, call: Call) -> Wire:
        interaction, message = self._message(call)
        check_message(call.body, files=len(call.uploads), fresh=False)
        await self._fill(interaction, message, call)
        return message

    async def delete(self, call: Call) -> Any:
        interaction, message = self._message(call)
        await self.rest.remove(self._channel(interaction), message)
