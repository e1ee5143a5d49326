// What the brain did for each turn: what it felt, what it found, what it decided and how long that took.
import { clock, follow, h } from "./dom.js";
import { icon } from "./icons.js";

const FACES = { anger: "😠", disgust: "🤢", fear: "😟", joy: "😊", neutral: "😐", sadness: "😢", surprise: "😮" };
const ACTIONS = { reply: "Answered", clarify: "Asked back", handoff: "Brought a human" };
const REASONS = {
  asked: "the customer asked for a person", angry: "the customer is angry", unanswered: "too many questions without an answer",
  model_asked: "the model asked for a person", model_failed: "the language model did not answer", unsupported: "the draft was not supported by the documents",
};
const SHOWN = 3;
const STAGES = ["language", "emotion", "retrieval", "model"];
const percent = (share) => `${Math.round(100 * (share || 0))}%`;
const millis = (value) => (value >= 1000 ? `${(value / 1000).toFixed(1)} s` : value >= 10 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`);

function bar(share, kind, label) {
  const fill = h("span", { class: "fill" });
  fill.style.width = percent(Math.min(1, share || 0));
  return h("span", { class: `bar ${kind}`, role: "img", "aria-label": `${label}: ${percent(share)}` }, fill);
}

function emotion(felt) {
  if (!felt?.label) return null;
  const scores = Object.entries(felt.scores || {}).sort(([, a], [, b]) => b - a);
  return h("section", { class: "emotion" },
    h("h4", {}, h("span", { class: "face" }, FACES[felt.label] || "•"), felt.label,
      felt.evidence?.length > 0 && h("q", {}, [felt.evidence].flat().join(" … "))),
    h("ul", {}, scores.map(([label, score]) => h("li", { class: label === felt.label ? "strongest" : "" },
      h("span", {}, label), bar(score, label, label), h("b", {}, percent(score))))));
}

function passages(found) {
  if (!found?.length) return h("section", { class: "passages" }, h("p", { class: "none" }, "Nothing relevant was found."));
  const best = found.slice(0, SHOWN);
  const rest = found.slice(SHOWN);
  return h("section", { class: "passages" }, h("h4", {}, "Found in the documents"), h("ol", {}, best.map(passage)),
    rest.length > 0 && h("details", { class: "more" }, h("summary", {}, `${rest.length} more`), h("ol", {}, rest.map(passage))));
}

const passage = (one) => h("li", {}, h("details", {},
  h("summary", {}, h("span", { class: "where" }, h("b", {}, one.heading || one.title), one.page > 0 && h("span", { class: "page" }, `p. ${one.page}`)),
    bar(one.relevance, "relevance", "Relevance"), h("b", { class: "score" }, (one.relevance ?? 0).toFixed(2))),
  h("p", { class: "title" }, one.title), h("p", { class: "passage", dir: "auto" }, one.text)));

function timings(spent, usage) {
  if (!spent) return null;
  const total = spent.total || STAGES.reduce((sum, stage) => sum + (spent[stage] || 0), 0);
  const parts = STAGES.filter((stage) => spent[stage] > 0);
  const strip = h("div", { class: "strip", "aria-hidden": "true" }, parts.map((stage) => {
    const part = h("span", { class: stage });
    part.style.flexGrow = Math.max(spent[stage], total / 200);
    return part;
  }));
  const tokens = usage && (usage.prompt_tokens || usage.answer_tokens);
  return h("section", { class: "timings" }, strip,
    h("p", {}, parts.map((stage) => h("span", { class: stage }, `${stage} ${millis(spent[stage])}`)),
      h("b", {}, millis(total)), tokens ? h("span", {}, `${usage.prompt_tokens} + ${usage.answer_tokens} tokens`) : null));
}

function card(turn) {
  const node = h("li", { class: "turn" });
  node.update = (now) => {
    const kind = now.refused ? "refused" : now.action;
    node.replaceChildren(
      h("header", {}, h("span", { class: `logo ${now.platform}`, title: now.platform }, now.platform in { telegram: 1, discord: 1, slack: 1 } && icon(now.platform)),
        h("span", { class: `badge ${kind}` }, now.refused ? "Refused honestly" : ACTIONS[now.action] || now.action || "…"),
        now.quoted && h("span", { class: "badge quoted", title: "The words are quoted from the documents, not written by a model" }, "quoted"),
        h("span", { class: "language" }, now.language || ""), h("time", {}, typeof now.at === "number" ? clock(now.at) : clock(Date.parse(now.at) / 1000))),
      h("p", { class: "question", dir: "auto" }, now.question || ""),
      now.reason && h("p", { class: "reason" }, `because ${REASONS[now.reason] || now.reason}`) || "",
      emotion(now.emotion) || "", passages(now.passages), timings(now.timings, now.usage) || "");
  };
  node.update(turn);
  return node;
}

export function brain(info) {
  const list = h("ol", { class: "turns", "aria-label": "Turns, newest first", tabIndex: 0 });
  const empty = h("div", { class: "empty" }, h("p", {}, info.hint));
  const count = h("p", { class: "subtitle" }, "what happened, turn by turn");
  const node = h("section", { class: "pane brain", id: "pane-brain", "aria-label": info.title },
    h("header", {}, h("span", { class: "logo" }, icon("brain")), h("div", { class: "titles" }, h("h2", {}, info.title), count)), list, empty);
  node.update = (turns) => {
    follow(list, turns.map((turn, index) => ({ ...turn, id: String(turn.id ?? index) })), card);
    empty.hidden = turns.length > 0;
    if (turns.length) count.textContent = turns.length === 1 ? "1 turn" : `${turns.length} turns, newest first`;
  };
  node.write = () => list.focus();
  return node;
}
