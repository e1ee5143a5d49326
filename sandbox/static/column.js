// One platform's pane: who you are, which conversation, its messages, its forms, and where you write.
import { atEnd, follow, h, toast } from "./dom.js";
import { composer } from "./composer.js";
import { icon } from "./icons.js";
import { message } from "./messages.js";
import { sheet } from "./sheet.js";

async function order(stand, pane, person, action, args, files) {
  const body = new FormData();
  body.append("order", JSON.stringify({ stand, pane, person, action, arguments: args }));
  for (const file of files) body.append("file", file, file.name);
  try {
    const response = await fetch("/api/act", { method: "POST", body, headers: { "X-Sandbox": "1" } });
    const answer = await response.json();
    if (!answer.ok) toast(answer.error);
    return answer.ok;
  } catch {
    toast("The sandbox does not answer. Is it still running?");
    return false;
  }
}

// info: {name, title, hint, ideas, threads}; addresses(): stand's name -> base URL
export function column(info, addresses) {
  let panes = [];
  let person = "";
  let chosen = "";
  let goHome = false;
  const people = h("select", { class: "people", "aria-label": `Who you are in ${info.title}`, onchange: () => { person = people.value; chosen = ""; show(); } });
  const subtitle = h("p", { class: "subtitle" });
  const tabs = h("div", { class: "rooms", role: "tablist" });
  const list = h("ol", { class: "messages", role: "log", "aria-label": `Messages in ${info.title}`, tabIndex: 0 });
  const typing = h("p", { class: "typing", hidden: true }, h("i"), h("i"), h("i"), h("span", {}, "typing"));
  const forms = h("div", { class: "forms" });
  const empty = h("div", { class: "empty" }, h("p", {}, info.hint),
    info.ideas.map((idea) => h("button", { type: "button", onclick: () => write.fill(idea) }, idea)));
  const pane = () => panes.find((one) => one.id === chosen);
  const act = (action, args, files = []) => order(info.name, chosen, person, action, args, files);
  const say = (thread = "") => composer({
    label: thread ? "Reply in the thread" : `Write in ${info.title} as ${person || "this person"}`,
    placeholder: thread ? "Reply…" : info.placeholder,
    act, thread, commands: () => (thread ? [] : pane()?.commands || []),
    editLast: () => [...list.querySelectorAll(".message.mine .tools .edit")].at(-1)?.click(),
  });
  const context = {
    platform: info.name, threads: info.threads, shortcuts: info.shortcuts, people: () => panes.flatMap((one) => one.people), person: () => person, act, composer: say,
    address: (path) => (path.startsWith("/") ? (addresses()[info.name] || "") + path : path),
  };
  const write = say();
  const node = h("section", { class: `pane ${info.name}`, id: `pane-${info.name}`, "aria-label": info.title },
    h("header", {}, h("span", { class: "logo" }, icon(info.name)),
      h("div", { class: "titles" }, h("h2", {}, info.title), subtitle), people),
    tabs, list, empty, typing, forms, write);

  list.addEventListener("scroll", () => { list.pinned = atEnd(list); });
  list.pinned = true;
  node.addEventListener("dragover", (event) => { event.preventDefault(); node.classList.add("drop"); });
  node.addEventListener("dragleave", (event) => { if (!node.contains(event.relatedTarget)) node.classList.remove("drop"); });
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    node.classList.remove("drop");
    if (event.dataTransfer.files.length) write.attach(event.dataTransfer.files);
  });

  function show() {
    const everybody = [...new Set(panes.flatMap((one) => one.people))];
    if (!everybody.includes(person)) person = everybody[0] || "";
    people.replaceChildren(...everybody.map((name) => h("option", { value: name, selected: name === person }, name)));
    people.hidden = everybody.length < 2;
    const mine = panes.filter((one) => one.people.includes(person));
    if (!mine.some((one) => one.id === chosen)) { chosen = mine[0]?.id || ""; list.replaceChildren(); list.pinned = true; }
    rooms(mine);
    const now = pane() || { bubbles: [], forms: [], title: "" };
    subtitle.textContent = now.title;
    const shown = now.bubbles.filter((bubble) => !bubble.only_for || bubble.only_for === person);
    list.classList.toggle("from-top", now.id?.startsWith("home:"));
    const pull = list.pinned;
    follow(list, shown, (bubble) => message(bubble, context));
    if (pull) list.scrollTop = list.scrollHeight;
    empty.hidden = shown.length > 0;
    typing.hidden = !(now.typing || shown.at(-1)?.typing);
    follow(forms, now.forms.filter((form) => form.person === person), (form) => sheet(form, act));
  }
  function open(id) { // a home page is drawn anew whenever it is opened
    if (id.startsWith("home:")) act("open_home", {});
    enter(id);
  }
  function enter(id) {
    chosen = id;
    list.replaceChildren();
    list.pinned = true;
    show();
  }
  function rooms(mine) {
    const tab = (label, id, onclick) => h("button", { type: "button", role: "tab", "aria-selected": String(id === chosen), onclick }, label);
    const home = info.home && !mine.some((one) => one.id.startsWith("home:")) &&
      tab("Home", "", () => { goHome = true; act("open_home", {}); });
    tabs.hidden = mine.length < 2 && !home;
    tabs.replaceChildren(...mine.map((one) => tab(one.title.replace(`${person}: `, ""), one.id, () => open(one.id))), ...(home ? [home] : []));
  }
  node.update = (fresh) => {
    panes = fresh;
    const home = goHome && panes.find((one) => one.id.startsWith("home:") && one.people.includes(person));
    if (home) { goHome = false; enter(home.id); } else show();
  };
  node.shown = () => { if (list.pinned) list.scrollTop = list.scrollHeight; };
  node.write = () => write.querySelector("textarea").focus();
  return node;
}
