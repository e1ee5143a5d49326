// Puts the panes together and keeps them current: the server sends a pane whenever it changed.
import { brain } from "./brain.js";
import { column } from "./column.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const PANES = [
  { name: "telegram", title: "Telegram", short: "Telegram", placeholder: "Message", hint: "You are a customer. Ask something the handbook knows, or be angry.",
    ideas: ["How much does express delivery cost?", "My parcel is lost. What do I get back?", "I want to talk to a human"] },
  { name: "discord", title: "Discord", short: "Discord", placeholder: "Message @Deskmate", hint: "Another customer, in direct messages with the bot.",
    ideas: ["Can I change the delivery address?", "Wie lange dauert der Versand?", "This is the third time you lose my parcel!!"] },
  { name: "slack", title: "Slack", short: "Agents", placeholder: "Message, or / for commands", hint: "The agents' channel. Tickets arrive here; each has its thread.", ideas: [], threads: true, home: true,
    shortcuts: [["kb_shortcut", "Add to knowledge base", "📌"]] },
  { name: "brain", title: "Brain", short: "Brain", hint: "Each question shows here what was felt, found and decided." },
];
let addresses = {};
const shown = new Map(PANES.map((info) => [info.name, info.name === "brain" ? brain(info) : column(info, () => addresses)]));
const main = document.getElementById("panes");
main.append(...shown.values());

const tabs = document.querySelector(".tabs");
function open(name) {
  main.dataset.open = name;
  for (const tab of tabs.children) {
    tab.setAttribute("aria-current", String(tab.dataset.name === name));
    if (tab.dataset.name === name) tab.classList.remove("news");
  }
  shown.get(name).shown?.();
}
tabs.append(...PANES.map((info) => h("button", { type: "button", data: { name: info.name }, class: info.name, onclick: () => open(info.name) }, icon(info.name), info.short)));
open("telegram");

document.addEventListener("keydown", (event) => {
  const info = event.altKey && PANES[Number(event.key) - 1];
  if (!info) return;
  event.preventDefault();
  open(info.name);
  shown.get(info.name).write();
});

const live = document.getElementById("live");
const source = new EventSource("/api/events");
const state = (word) => { live.textContent = word; document.documentElement.dataset.live = word; };
source.addEventListener("open", () => state("live"));
source.addEventListener("error", () => state("waiting for the sandbox"));
source.addEventListener("addresses", (event) => {
  addresses = JSON.parse(event.data);
  document.getElementById("addresses").replaceChildren(...Object.entries(addresses).flatMap(([name, address]) => [h("dt", {}, name), h("dd", {}, address)]));
});
for (const [name, pane] of shown) {
  source.addEventListener(name, (event) => {
    pane.update(JSON.parse(event.data));
    const tab = [...tabs.children].find((one) => one.dataset.name === name);
    if (main.dataset.open !== name && document.documentElement.dataset.started) tab.classList.add("news");
  });
}
setTimeout(() => { document.documentElement.dataset.started = "1"; }, 1500);

const THEMES = ["auto", "light", "dark"];
const button = document.getElementById("theme");
function paint(theme) {
  document.documentElement.dataset.theme = theme;
  button.textContent = { auto: "◐", light: "☀", dark: "☾" }[theme];
  button.title = { auto: "Colours: as your system", light: "Colours: light", dark: "Colours: dark" }[theme];
}
paint(new URLSearchParams(location.search).get("theme") || localStorage.getItem("theme") || "auto");
button.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  localStorage.setItem("theme", next);
  paint(next);
});
