// A message's marks as nodes. Each platform has its own marks; the first pattern that matches wins.
import { h } from "./dom.js";

const link = (address, label) =>
  /^(https?:|mailto:|tel:)/.test(address)
    ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label || address)
    : label || address;

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", eyes: "👀", ticket: "🎫", bell: "🔔",
  speech_balloon: "💬", star: "⭐", hourglass: "⏳", hourglass_flowing_sand: "⏳", outbox_tray: "📤", lock: "🔒",
  page_facing_up: "📄", bar_chart: "📊", chart_with_upwards_trend: "📈", bust_in_silhouette: "👤", rage: "😡",
  angry: "😠", cry: "😢", neutral_face: "😐", smile: "😄", slightly_smiling_face: "🙂", tada: "🎉", memo: "📝",
  rotating_light: "🚨", red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡", white_circle: "⚪",
  robot_face: "🤖", wave: "👋", arrow_right: "➡️", zzz: "💤", pushpin: "📌", mag: "🔍", incoming_envelope: "📨",
  heavy_plus_sign: "➕", blue_heart: "💙", "+1": "👍", "-1": "👎", raising_hand: "🙋", information_source: "ℹ️",
};
export const emoji = (name) => EMOJI[name] || (/^[\w+-]+$/.test(name) ? `:${name}:` : name);

const MONO = [/`([^`\n]+)`/, (m) => h("code", {}, m[1])];
const BARE = [/https?:\/\/[^\s<>"')\]]+/, (m) => link(m[0])];
const LABELLED = [/\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/, (m) => link(m[2], m[1])];
const wrap = (tag, marks) => (m) => h(tag, {}, ...inline(m[1], marks));

const SLACK = [
  MONO,
  [/<(https?:\/\/[^|>\s]+|mailto:[^|>\s]+)\|([^>]+)>/, (m) => link(m[1], m[2])],
  [/<(https?:\/\/[^>\s]+)>/, (m) => link(m[1])],
  [/<([@#!])([^|>]+)(?:\|([^>]+))?>/, (m) => h("span", { class: "mention" }, (m[1] === "#" ? "#" : "@") + (m[3] || m[2]))],
  [/(?<![\p{L}\p{N}*])\*([^*\n]+)\*(?![\p{L}\p{N}*])/u, (m) => h("b", {}, ...inline(m[1], SLACK))],
  [/(?<![\p{L}\p{N}_])_([^_\n]+)_(?![\p{L}\p{N}_])/u, (m) => h("i", {}, ...inline(m[1], SLACK))],
  [/(?<![\p{L}\p{N}~])~([^~\n]+)~(?![\p{L}\p{N}~])/u, (m) => h("s", {}, ...inline(m[1], SLACK))],
  [/:([a-z0-9_+-]+):/, (m) => emoji(m[1])],
  BARE,
  [/&(amp|lt|gt);/, (m) => ({ amp: "&", lt: "<", gt: ">" })[m[1]]],
];
const DISCORD = [
  MONO, LABELLED,
  [/\*\*([^\n]+?)\*\*/, (m) => wrap("b", DISCORD)(m)],
  [/__([^\n]+?)__/, (m) => wrap("u", DISCORD)(m)],
  [/~~([^\n]+?)~~/, (m) => wrap("s", DISCORD)(m)],
  [/(?<![\p{L}\p{N}*])\*([^*\n]+)\*/u, (m) => wrap("i", DISCORD)(m)],
  [/(?<![\p{L}\p{N}_])_([^_\n]+)_(?![\p{L}\p{N}_])/u, (m) => wrap("i", DISCORD)(m)],
  [/<@&?!?(\d+)>/, () => h("span", { class: "mention" }, "@someone")],
  BARE,
  [/\\([*_~`>|\\[\]()#-])/, (m) => m[1]],
];
const TELEGRAM = [BARE]; // the Bot API sends entities, so its texts carry no marks
const MARKS = { slack: SLACK, discord: DISCORD, telegram: TELEGRAM };

function inline(text, marks) {
  let first = null;
  for (const [pattern, make] of marks) {
    const match = pattern.exec(text);
    if (match && (!first || match.index < first.match.index)) first = { match, make };
  }
  if (!first) return text ? [text] : [];
  const { match, make } = first;
  const rest = text.slice(match.index + match[0].length);
  return [...(match.index ? [text.slice(0, match.index)] : []), make(match), ...inline(rest, marks)];
}

const QUOTE = /^(?:>|&gt;) ?/;
const RULE = /^ *-{3,}(?: +-{2,})+ *$/; // the line under a table's head
const FENCE = /```(?:\w*\n)?([\s\S]+?)```/;
const LINES = [
  [/^-# (.*)/, (text, marks) => h("div", { class: "small" }, ...inline(text, marks))],
  [/^#{1,3} (.*)/, (text, marks) => h("div", { class: "heading" }, ...inline(text, marks))],
  [/^(?:>|&gt;) ?(.*)/, (text, marks) => h("blockquote", {}, ...inline(text, marks))],
];

// Text of a platform -> nodes. Quotes, headings, small print and fences are marks of Slack and Discord only.
export function formatted(text, platform) {
  const marks = MARKS[platform] || TELEGRAM;
  const own = platform === "slack" || platform === "discord";
  const fence = own && FENCE.exec(text);
  if (!fence) return lines(text, marks, own ? LINES : []);
  const [before, after] = [text.slice(0, fence.index), text.slice(fence.index + fence[0].length)];
  return [...lines(before.replace(/\n$/, ""), marks, LINES), h("pre", {}, fence[1].replace(/\n$/, "")), ...formatted(after.replace(/^\n/, ""), platform)];
}

function lines(text, marks, rules) {
  const out = [];
  let plain = [];
  const flush = () => { if (plain.some(Boolean)) out.push(h("div", {}, ...inline(plain.join("\n"), marks))); plain = []; };
  const rows = text.split("\n");
  for (let at = 0; at < rows.length; at++) {
    if (RULE.test(rows[at + 1] || "")) {
      let end = at + 2;
      while (end < rows.length && / {2,}/.test(rows[end].trim()) && !RULE.test(rows[end + 1] || "")) end++;
      flush();
      out.push(h("pre", {}, rows.slice(at, end).join("\n")));
      at = end - 1;
      continue;
    }
    const rule = rules.find(([pattern]) => pattern.test(rows[at]));
    if (!rule) { plain.push(rows[at]); continue; }
    flush();
    const last = out.at(-1);
    if (QUOTE.test(rows[at]) && last?.tagName === "BLOCKQUOTE") last.append("\n", ...inline(rows[at].replace(QUOTE, ""), marks));
    else out.push(rule[1](rule[0].exec(rows[at])[1], marks));
  }
  flush();
  return out;
}
