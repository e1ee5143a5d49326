"""Why the app asks for each permission: what the adapter calls, hears and offers, and what that needs.

From the pages of docs.slack.dev/reference/methods, /events and /scopes. The manifest asks for exactly
these; a test holds them together.
"""

from collections.abc import Mapping

READ_CHANNELS = ("channels:read", "groups:read")
READ_MESSAGES = ("channels:history", "groups:history", "im:history")

METHODS: Mapping[str, tuple[str, ...]] = {
    "apps_connections_open": (),  # with the app's own token
    "assistant_threads_setStatus": ("assistant:write",),
    "assistant_threads_setSuggestedPrompts": ("assistant:write",),
    "assistant_threads_setTitle": ("assistant:write",),
    "auth_test": (),
    "chat_delete": ("chat:write",),
    "chat_getPermalink": (),
    "chat_postEphemeral": ("chat:write",),
    "chat_postMessage": ("chat:write",),
    "chat_update": ("chat:write",),
    "conversations_history": READ_MESSAGES,
    "conversations_info": READ_CHANNELS,
    "conversations_members": READ_CHANNELS,
    "conversations_open": ("im:write",),
    "conversations_replies": READ_MESSAGES,
    "files_completeUploadExternal": ("files:write",),
    "files_delete": ("files:write",),
    "files_getUploadURLExternal": ("files:write",),
    "files_info": ("files:read",),
    "reactions_add": ("reactions:write",),
    "reactions_remove": ("reactions:write",),
    "users_info": ("users:read",),
    "views_open": (),
    "views_publish": (),
}
"""The methods of the SDK's client that the adapter calls."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_uninstalled": (),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "tokens_revoked": (),
}
"""What the app listens to."""

FEATURES: Mapping[str, tuple[str, ...]] = {
    "slash commands and shortcuts": ("commands",),
    "downloads of files": ("files:read",),
}
"""What needs no method of the client."""

SCOPES: tuple[str, ...] = tuple(
    sorted({scope for table in (METHODS, EVENTS, FEATURES) for scopes in table.values() for scope in scopes})
)
"""All that the app asks for."""
