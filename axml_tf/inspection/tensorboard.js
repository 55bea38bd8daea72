// TensorBoard's page: run and document are picked, a slider goes over the
// steps of the training; `view.js` shows the rest.

import { render as renderView } from "./view.js";

// Steps that are asked for at once.
const BATCH = 20;

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function labelled(text, input) {
  const label = document.createElement("label");
  label.append(`${text} `, input);
  return label;
}

function fill(select, names) {
  const chosen = select.value;
  select.replaceChildren(...names.map((name) => new Option(name, name)));
  if (names.includes(chosen)) select.value = chosen;
}

async function viewsOf(run, name, steps) {
  const views = {};
  for (let i = 0; i < steps.length; i += BATCH) {
    const query = new URLSearchParams({
      run, document: name, steps: steps.slice(i, i + BATCH).join() });
    Object.assign(views, await get(`views?${query}`));
  }
  return views;
}

export async function render() {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = "view.css";
  document.head.append(style);
  document.documentElement.style.colorScheme = "light dark";

  const runs = document.createElement("select");
  const names = document.createElement("select");
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = 0;
  const step = document.createElement("output");
  const reload = document.createElement("button");
  reload.textContent = "Reload";
  const message = document.createElement("span");
  message.setAttribute("role", "status");
  const bar = document.createElement("nav");
  bar.className = "axml-bar";
  bar.append(labelled("Run", runs), labelled("Document", names),
    labelled("Step", slider), step, reload, message);
  const main = document.createElement("main");
  document.body.replaceChildren(bar, main);

  let documents = {};
  let steps = [];
  let views = {};
  let chosen = "";
  let asked = 0;

  function show() {
    const at = steps[slider.value];
    step.value = `${at} (${Number(slider.value) + 1} of ${steps.length})`;
    slider.setAttribute("aria-valuetext", `step ${at}`);
    if (views[at]) renderView(main, views[at], chosen, (name) => { chosen = name; });
  }

  // What is asked for last is shown, whatever answer comes last.
  async function load(wasAtEnd) {
    const mine = ++asked;
    steps = (documents[runs.value] || {})[names.value] || [];
    slider.max = Math.max(steps.length - 1, 0);
    if (wasAtEnd) slider.value = slider.max;
    message.textContent = "…";
    const answer = await viewsOf(runs.value, names.value, steps);
    if (mine !== asked) return;
    views = answer;
    message.textContent = steps.length ? "" : "No attention was written yet.";
    if (steps.length) show();
  }

  async function refresh() {
    documents = await get("documents");
    fill(runs, Object.keys(documents));
    fill(names, Object.keys(documents[runs.value] || {}));
    await load(slider.value === slider.max);
  }

  function guarded(action) {
    return () => action().catch((error) => {
      message.textContent = `No answer from TensorBoard: ${error.message}`;
    });
  }

  slider.addEventListener("input", show);
  names.addEventListener("change", guarded(() => load(false)));
  runs.addEventListener("change", guarded(() => {
    fill(names, Object.keys(documents[runs.value] || {}));
    return load(true);
  }));
  reload.addEventListener("click", guarded(refresh));
  slider.max = 0;
  await guarded(refresh)();
}
