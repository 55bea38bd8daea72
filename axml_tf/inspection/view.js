// Shows an explanation (`Explanation.to_view`): a text, its words shaded by
// the attention of the label that is chosen. Whatever comes from the text or
// a label becomes text of the page, never markup.

const TOP_WORDS = 10;
// Words of less attention have no number in the text.
const LEAST_SHOWN = 0.01;

function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function rankOf(attention) {
  const order = [...attention.keys()].sort(
    (a, b) => attention[b] - attention[a] || a - b);
  const ranks = new Array(order.length);
  order.forEach((word, rank) => { ranks[word] = rank; });
  return { order, ranks };
}

function truthOf(label) {
  if (label.true === null) return "";
  return label.true ? "✓\u00a0true" : "✗\u00a0not\u00a0true";
}

function labelRow(label, group) {
  const input = element("input");
  input.type = "radio";
  input.name = group;
  const name = element("bdi", "name", label.name);
  const truth = truthOf(label);
  if (truth) name.append(" ", element("span", "truth", truth));
  const row = element("label", "label", input,
    element("span", "probability", label.probability.toFixed(3)), name);
  return { row, input };
}

function textOf(data) {
  const text = element("div", "text");
  text.dir = "auto";
  const words = data.words.map((word) => element("span", "word", word));
  words.forEach((word, i) => text.append(data.gaps[i], word));
  const rest = data.gaps[data.words.length];
  if (rest.trim()) text.append(element("span", "unread", rest));
  return { text, words };
}

// Fills `root` with the view of `data`; `chosen` is the name of the label to
// begin with. Calls `onChoice` with the name of every label that is chosen.
export function render(root, data, chosen = "", onChoice = () => {}) {
  const { text, words } = textOf(data);
  const top = element("ol");
  const labels = element("fieldset", "", element("legend", "", "Labels"));
  const group = `label-${Math.random()}`;

  function show(label) {
    const attention = label.attention;
    const most = Math.max(...attention, 1e-9);
    const { order, ranks } = rankOf(attention);
    words.forEach((word, i) => {
      const share = attention[i];
      word.style.setProperty("--share", (share / most).toFixed(3));
      word.title = `${share.toFixed(4)}, number ${ranks[i] + 1} of ` +
        `${words.length} words`;
      if (share >= LEAST_SHOWN) word.dataset.weight = share.toFixed(2);
      else delete word.dataset.weight;
    });
    top.replaceChildren(...order.slice(0, TOP_WORDS).map((i) => {
      const button = element("button", "", element("bdi", "", data.words[i]));
      button.type = "button";
      button.addEventListener("click", () => {
        words[i].tabIndex = -1;
        words[i].focus();
        words[i].scrollIntoView({ block: "center" });
      });
      const weight = element("span", "weight", attention[i].toFixed(4));
      return element("li", "", button, " ", weight);
    }));
    onChoice(label.name);
  }

  const rows = data.labels.map((label) => {
    const { row, input } = labelRow(label, group);
    input.addEventListener("change", () => show(label));
    labels.append(row);
    return { label, input };
  });
  const weights = element("input");
  weights.type = "checkbox";
  weights.addEventListener("change", () =>
    text.classList.toggle("with-weights", weights.checked));

  root.classList.add("axml");
  root.replaceChildren(
    element("header", "", element("h1", "", data.title || "Attention"),
      element("p", "", "The stronger a word's colour and the thicker the line " +
        "below it, the larger its share of the chosen label's attention. It " +
        "shows where the model looked, not why it answered as it did.")),
    labels,
    text,
    element("div", "top", element("h2", "", "Words it looks at most"), top,
      element("label", "", weights, " weights in the text")));
  const first = rows.find(({ label }) => label.name === chosen) || rows[0];
  if (first) {
    first.input.checked = true;
    show(first.label);
  }
}
