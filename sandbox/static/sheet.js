// A form (modal) that a platform opened for somebody, laid over the pane it belongs to.
import { h } from "./dom.js";

const INPUTS = {
  long_text: (blank) => h("textarea", { rows: 4, value: blank.value }),
  select: (blank) => h("select", { value: blank.value },
    !blank.required && h("option", { value: "" }, "—"),
    blank.options.map(([value, label]) => h("option", { value, selected: value === blank.value }, label))),
  file: () => h("input", { type: "file", multiple: true }),
};
const input = (blank) => (INPUTS[blank.kind] || (() => h("input", { type: "text", value: blank.value })))(blank);

export function sheet(form, act) {
  const error = h("p", { class: "error", role: "alert" });
  const submit = h("button", { type: "submit" }, form.submit || "Send");
  const fields = form.blanks.map((blank) => [blank, input(blank)]);
  const paper = h("form", { class: "paper", method: "dialog" },
    h("h3", { id: `sheet-${form.id}` }, form.title),
    fields.map(([blank, field]) => {
      field.required = blank.required;
      return h("label", {}, h("span", {}, blank.label, !blank.required && h("i", {}, " (optional)")), field);
    }),
    error,
    h("div", { class: "actions" },
      h("button", { type: "button", onclick: () => cancel() }, "Cancel"), submit));
  const node = h("div", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": `sheet-${form.id}` }, paper);

  const cancel = async () => { await act("cancel", { form: form.id }, []); node.hidden = true; };
  paper.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const told = {};
    let files = [];
    for (const [blank, field] of fields) {
      if (blank.kind === "file") files = [...files, ...field.files];
      else told[blank.name] = field.value;
    }
    await act("submit", { form: form.id, fields: told }, files);
    submit.disabled = false;
  });
  node.addEventListener("keydown", (event) => { if (event.key === "Escape") cancel(); });
  node.update = (now) => { error.textContent = now.error; };
  node.update(form);
  queueMicrotask(() => paper.querySelector("input, textarea, select, button").focus());
  return node;
}
