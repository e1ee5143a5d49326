// Builds nodes from text only: nothing that a person or a model writes is ever read as HTML.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name in node && name !== "list" && name !== "role") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// Makes a parent's children follow a list, keyed by id, touching only what changed, so that focus,
// open details and half-written text survive an update.
// make(item) -> node with .update(item) if it can follow changes by itself.
export function follow(parent, items, make) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let before = null;
  for (const item of items) {
    const sign = JSON.stringify(item);
    let node = known.get(item.id);
    known.delete(item.id);
    if (!node) {
      node = make(item);
      node.dataset.key = item.id;
    } else if (node.sign !== sign) {
      node.update(item);
    }
    node.sign = sign;
    const place = before ? before.nextSibling : parent.firstChild;
    if (place !== node) parent.insertBefore(node, place);
    before = node;
  }
  for (const gone of known.values()) gone.remove();
}

// True if a scrolled list is at its end, so that new messages should pull it along.
export const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;

export function toast(message) {
  const note = h("p", {}, message);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 7000);
}

export const clock = (seconds) =>
  seconds ? new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false }) : "";

export const initials = (name) =>
  (name.match(/[\p{L}\p{N}]+/gu) || ["?"]).slice(0, 2).map((word) => word[0].toUpperCase()).join("");

// The same person always has the same colour.
export function hue(name) {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

export function avatar(name, bot = false) {
  const node = h("span", { class: bot ? "avatar bot" : "avatar", "aria-hidden": "true" }, initials(name));
  node.style.setProperty("--hue", hue(name));
  return node;
}
