// Where a person writes: text, slash commands with suggestions, files by button, drop or paste.
import { h } from "./dom.js";

// act(action, arguments, files) -> Promise<boolean>; commands() -> [[name, what]]; editLast() on ArrowUp.
export function composer({ label, placeholder, act, thread, commands = () => [], editLast = () => {} }) {
  let files = [];
  const box = h("textarea", { rows: 1, placeholder, "aria-label": label, dir: "auto", autocomplete: "off" });
  const chips = h("div", { class: "chips" });
  const menu = h("ul", { class: "menu", hidden: true, role: "listbox", "aria-label": "Commands" });
  const picker = h("input", { type: "file", multiple: true, hidden: true, tabIndex: -1, onchange: () => { attach(picker.files); picker.value = ""; } });
  const send = h("button", { type: "submit", class: "send", title: "Send", "aria-label": "Send" }, "➤");
  const form = h("form", { class: "composer" }, menu, chips,
    h("button", { type: "button", class: "attach", title: "Attach files", "aria-label": "Attach files", onclick: () => picker.click() }, "+"),
    box, send, picker);

  function attach(list) {
    files = [...files, ...list];
    showFiles();
    box.focus();
  }
  function showFiles() {
    chips.replaceChildren(...files.map((file) => h("button", { type: "button", title: "Take off", onclick: () => {
      files = files.filter((other) => other !== file);
      showFiles();
    } }, `📎 ${file.name} ×`)));
  }
  function grow() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 140)}px`;
    send.classList.toggle("ready", Boolean(box.value.trim() || files.length));
  }
  function suggest() {
    const found = /^\/\S*$/.test(box.value) ? commands().filter(([name]) => name.startsWith(box.value)) : [];
    menu.replaceChildren(...found.map(([name, what]) => h("li", { role: "option" },
      h("button", { type: "button", tabIndex: -1, onclick: () => take(name) }, h("b", {}, name), ` ${what}`))));
    menu.hidden = !found.length;
  }
  function take(name) {
    box.value = `${name} `;
    suggest();
    grow();
    box.focus();
  }
  async function submit() {
    const text = box.value.trim();
    if (!text && !files.length) return;
    const [draft, carried] = [box.value, files];
    const command = commands().map(([name]) => name).filter((name) => text === name || text.startsWith(`${name} `)).sort((a, b) => b.length - a.length)[0];
    [box.value, files] = ["", []];
    showFiles(); suggest(); grow();
    const done = command
      ? await act("command", { name: command.slice(1), text: text.slice(command.length).trim() }, carried)
      : await act("say", thread ? { text, thread } : { text }, carried);
    if (!done && !box.value) { // nothing is lost when it did not work
      [box.value, files] = [draft, carried];
      showFiles(); grow();
    }
  }
  box.addEventListener("input", () => { suggest(); grow(); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Tab" && !menu.hidden) { event.preventDefault(); take(menu.querySelector("b").textContent); }
    if (event.key === "Escape") menu.hidden = true;
    if (event.key === "ArrowUp" && !box.value) editLast();
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
  });
  box.addEventListener("paste", (event) => { if (event.clipboardData.files.length) attach(event.clipboardData.files); });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  form.fill = (text) => { box.value = text; suggest(); grow(); box.focus(); };
  form.attach = attach;
  return form;
}
