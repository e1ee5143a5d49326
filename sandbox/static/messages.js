// One message with everything on it: files, buttons, reactions, earlier texts, a thread.
import { atEnd, avatar, clock, follow, h, toast } from "./dom.js";
import { emoji, formatted } from "./format.js";

const PICTURE = /\.(png|jpe?g|gif|webp|svg)$/i;

// context: {platform, stand, person(), act(action, arguments, files), address(path), composer(thread)}
export function message(bubble, context) {
  const body = h("div", { class: "body" });
  const node = h("li", { class: "message" }, body);
  let thread = null;
  node.update = (now) => {
    const { thread: replies, ...own } = now;
    const sign = JSON.stringify([own, context.person(), replies.length ? 1 : 0]);
    if (node.bodySign !== sign) draw(node, body, now, context);
    node.bodySign = sign;
    if (context.threads && (replies.length || node.threadOpen)) {
      thread ||= openThread(node, now, context);
      thread.update(replies);
    }
  };
  node.openThread = () => {
    node.threadOpen = true;
    node.bodySign = "";
    node.update(node.now);
    thread.focus();
  };
  node.update(bubble);
  return node;
}

function draw(node, body, bubble, context) {
  node.now = bubble;
  const mine = bubble.mine || bubble.author === context.person();
  const hidden = bubble.only_for && bubble.only_for !== context.person();
  node.className = ["message", mine && "mine", bubble.deleted && "deleted", !mine && isBot(bubble, context) && "bot",
    bubble.only_for && "private", bubble.buttons.length && "card"].filter(Boolean).join(" ");
  node.hidden = hidden;
  body.replaceChildren(
    avatar(bubble.author, isBot(bubble, context)),
    h("div", { class: "content" },
      bubble.only_for && h("p", { class: "only" }, "Only visible to you"),
      h("p", { class: "who" }, h("b", {}, bubble.author), isBot(bubble, context) && h("span", { class: "tag" }, "APP"),
        h("time", {}, clock(bubble.at))),
      h("div", { class: "bubble" },
        h("div", { class: "text", dir: "auto" }, ...formatted(bubble.text, context.platform)),
        files(bubble, context), earlier(bubble),
        h("time", { class: "inner" }, clock(bubble.at))),
      buttons(bubble, context), reactions(bubble)),
    !bubble.deleted && tools(node, bubble, mine, context) || "",
  );
}

// Whoever isn't one of the people of this platform is an app.
const isBot = (bubble, context) => !bubble.mine && !context.people().includes(bubble.author);

function files(bubble, context) {
  return bubble.files.map(([name, path]) => {
    const href = context.address(path);
    const chip = () => h("a", { class: "file", href, target: "_blank", rel: "noopener noreferrer" }, `📎 ${name}`);
    if (!PICTURE.test(name)) return chip();
    const picture = h("img", { src: href, alt: name, loading: "lazy" });
    const frame = h("a", { class: "picture", href, target: "_blank", rel: "noopener noreferrer" }, picture);
    picture.addEventListener("error", () => frame.replaceWith(chip()));
    picture.addEventListener("load", () => { const box = frame.closest(".messages"); if (box?.pinned) box.scrollTop = box.scrollHeight; });
    return frame;
  });
}

const earlier = (bubble) => bubble.old.length > 0 &&
  h("details", { class: "earlier" }, h("summary", {}, "edited"), ...bubble.old.map((text) => h("s", {}, text)));

function buttons(bubble, context) {
  if (!bubble.buttons.length || bubble.deleted) return null;
  return h("div", { class: "buttons", role: "group", "aria-label": "Buttons" }, bubble.buttons.map(([id, label]) =>
    h("button", { type: "button", onclick: async (event) => {
      event.target.disabled = true;
      await context.act("press", { bubble: bubble.id, button: id });
      event.target.disabled = false;
    } }, ...formatted(label, context.platform === "slack" ? "slack" : "telegram"))));
}

function reactions(bubble) {
  const counts = new Map();
  for (const name of bubble.reactions) counts.set(name, (counts.get(name) || 0) + 1);
  return counts.size > 0 && h("div", { class: "reactions" },
    [...counts].map(([name, count]) => h("span", { title: name }, emoji(name), count > 1 ? ` ${count}` : "")));
}

function tools(node, bubble, mine, context) {
  const list = [];
  if (context.threads && !context.inThread)
    list.push(h("button", { type: "button", title: "Reply in thread", onclick: () => node.openThread() }, "↩"));
  for (const [name, label, sign] of context.shortcuts || [])
    list.push(h("button", { type: "button", title: label, onclick: () => context.act("shortcut", { bubble: bubble.id, name }) }, sign));
  if (mine) {
    list.push(h("button", { type: "button", class: "edit", title: "Edit", onclick: () => edit(node, bubble, context) }, "✎"));
    list.push(h("button", { type: "button", title: "Delete", onclick: () => context.act("delete", { bubble: bubble.id }) }, "🗑"));
  }
  return list.length > 0 && h("div", { class: "tools", role: "group", "aria-label": "Message" }, list);
}

function edit(node, bubble, context) {
  const box = h("textarea", { value: bubble.text, rows: 2, "aria-label": "Edit the message" });
  const close = () => { node.bodySign = ""; node.update(node.now); };
  box.addEventListener("keydown", async (event) => {
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!box.value.trim()) return toast("A message can't be empty. Delete it instead.");
    if (box.value === bubble.text || (await context.act("edit", { bubble: bubble.id, text: box.value }))) close();
  });
  node.querySelector(".text").replaceChildren(box, h("p", { class: "small" }, "Enter saves, Esc cancels"));
  box.focus();
}

function openThread(node, bubble, context) {
  const inner = { ...context, inThread: true };
  const list = h("ol", { class: "replies", "aria-label": "Replies" });
  const count = h("summary", {});
  const composer = context.composer(bubble.id);
  const box = h("details", { class: "thread", open: true }, count, list, composer);
  node.append(box);
  box.update = (replies) => {
    count.replaceChildren(replies.length === 1 ? "1 reply" : `${replies.length} replies`);
    const column = node.closest(".messages");
    const pull = column && (column.pinned || atEnd(column));
    follow(list, replies, (reply) => message({ thread: [], ...reply }, inner));
    if (pull) column.scrollTop = column.scrollHeight;
  };
  box.focus = () => { box.open = true; composer.querySelector("textarea").focus(); };
  return box;
}
