"""The arguments of the Web API's methods, after docs.slack.dev/reference/methods.

Slack's ``invalid_arg_name`` is the answer to others. The SDK sends everything that it is given, so that a
slip in the adapter shows here.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.slack_call import SlackError

MESSAGE = (
    "text blocks attachments thread_ts mrkdwn parse link_names username icon_emoji icon_url markdown_text"
)
PAGES = "cursor limit latest oldest inclusive include_all_metadata"
ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "apps.connections.open": ("", ""),
    "assistant.threads.setStatus": (
        "channel_id status",
        "thread_ts loading_messages icon_emoji icon_url username",
    ),
    "assistant.threads.setSuggestedPrompts": ("channel_id prompts", "thread_ts title"),
    "assistant.threads.setTitle": ("channel_id thread_ts title", ""),
    "auth.test": ("", ""),
    "chat.delete": ("channel ts", "as_user"),
    "chat.getPermalink": ("channel message_ts", ""),
    "chat.postEphemeral": ("channel user", MESSAGE + " as_user"),
    "chat.postMessage": (
        "channel",
        MESSAGE + " metadata reply_broadcast unfurl_links unfurl_media as_user work_object_entities",
    ),
    "chat.update": (
        "channel ts",
        "text blocks attachments metadata parse link_names reply_broadcast file_ids as_user markdown_text "
        "unfurl_links unfurl_media",
    ),
    "conversations.history": ("channel", PAGES),
    "conversations.info": ("channel", "include_locale include_num_members"),
    "conversations.list": ("", "cursor exclude_archived limit team_id types"),
    "conversations.members": ("channel", "cursor limit"),
    "conversations.open": ("", "channel users return_im prevent_creation"),
    "conversations.replies": ("channel ts", PAGES),
    "files.completeUploadExternal": ("files", "channel_id channels initial_comment thread_ts blocks"),
    "files.delete": ("file", ""),
    "files.getUploadURLExternal": ("filename length", "alt_txt snippet_type"),
    "files.info": ("file", "cursor limit page count"),
    "reactions.add": ("channel timestamp name", ""),
    "reactions.remove": ("name", "channel timestamp file file_comment"),
    "users.info": ("user", "include_locale"),
    "users.list": ("", "cursor limit team_id include_locale"),
    "views.open": ("view", "trigger_id interactivity_pointer"),
    "views.publish": ("user_id view", "hash"),
    "views.update": ("view", "view_id external_id hash"),
}
"""Required and optional ones."""


def check_arguments(method: str, args: Mapping[str, Any]) -> None:
    """Refuse a call that names what the method doesn't know, or leaves out what it needs."""
    if method not in ARGUMENTS:
        return
    required, optional = (set(names.split()) for names in ARGUMENTS[method])
    if unknown := args.keys() - required - optional:
        raise SlackError("invalid_arg_name", sorted(unknown))
    if missing := sorted(name for name in required if args.get(name) in (None, "")):
        raise SlackError("invalid_arguments", [f"missing required field: {name}" for name in missing])
