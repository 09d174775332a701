// The pretended platform: signs a learner in, embeds the widget, and shows what goes on inside.
// All text goes in as text, never as markup.

import "/widget/cairn-path.js";

const $ = (id) => document.getElementById(id);
const HEARD = ["cairn:select", "cairn:feedback", "cairn:error", "cairn:token"];
const MOST = 12;

/** Asks the platform's own server. */
async function ask(path, body) {
  const response = await fetch(path, body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.json()).detail);
  return response.json();
}

const tokenFor = async (learner) => (await ask("/demo/token", { learner })).token;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// ---- the widget

async function embed(learner) {
  const widget = document.createElement("cairn-path");
  widget.setAttribute("learner", learner);
  widget.setAttribute("lang", $("language").value);
  widget.token = await tokenFor(learner);
  widget.renew = () => tokenFor(learner);
  $("path").replaceChildren(widget);
}

// ---- what the page hears, and what is stored

const time = (moment) => element("time", { datetime: moment.toISOString() },
  moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }));

const line = (name, text, moment) => element("li", {}, element("b", {}, name), element("span", {}, text), time(moment));

function hear({ type, detail }) {
  const about = detail.title ?? detail.role?.title ?? detail.role?.text ?? detail.detail ?? "";
  $("heard").prepend(line(type, [detail.kind, about].filter(Boolean).join(" · "), new Date()));
  for (const old of [...$("heard").children].slice(MOST)) old.remove();
  if (type === "cairn:feedback") showStored();
}

async function showStored() {
  const events = await ask(`/demo/events?learner=${encodeURIComponent($("learner").value)}`).catch(() => null);
  const shown = (events ?? []).map((each) => line(each.kind, each.credential_id, new Date(each.occurred_at)));
  const none = events ? "Nothing yet: say something of a credential above." : "The store is away; events wait on the local disk.";
  $("stored").replaceChildren(...(shown.length ? shown : [element("li", { class: "quiet" }, none)]));
}

// ---- how the answers were made

/** Stages and milliseconds of the latest request to a route, as its Server-Timing header told. */
const timings = new Map();

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const stages = entry.serverTiming?.filter(({ duration }) => duration > 0) ?? [];
    if (stages.length) timings.set(new URL(entry.name).pathname, { stages, whole: entry.duration });
  }
}).observe({ type: "resource", buffered: true });

const ROUTES = { recommendations: "/v1/recommendations", path: "/v1/paths" };
const TITLES = { recommendations: "Next credentials", path: "The path" };
const answers = new Map();

/** A bar from `from` of the width on, so much of it as `share` says. */
function bar(share, from = 0) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, x, width] of [["track", 0, 1], ["", from, Math.max(share, 0.004)]]) {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of [["class", name], ["x", `${100 * x}%`], ["width", `${100 * width}%`], ["height", "100%"], ["rx", "3"]]) {
      rect.setAttribute(key, value);
    }
    drawing.append(rect);
  }
  drawing.setAttribute("aria-hidden", "true");
  return drawing;
}

const words = (name) => name.replaceAll("_", " ");

function table(caption, rows) {
  const made = element("table", {}, element("caption", {}, caption));
  made.append(...rows.map(([name, drawn, value]) =>
    element("tr", {}, element("th", { scope: "row" }, words(name)), element("td", {}, drawn), element("td", {}, value))));
  return made;
}

function stagesTable({ stages, whole }) {
  const sum = stages.reduce((total, { duration }) => total + duration, 0);
  let before = 0;
  const rows = stages.map(({ name, duration }) => {
    const row = [name, bar(duration / sum, before / sum), `${duration.toFixed(2)} ms`];
    before += duration;
    return row;
  });
  return table(`Stages: ${sum.toFixed(1)} ms in the service, ${whole.toFixed(0)} ms as the browser saw it`, rows);
}

function sourcesTable(decision) {
  const found = Object.entries(decision.candidates ?? {}).filter(([, count]) => count > 0);
  const most = Math.max(1, ...found.map(([, count]) => count));
  const listed = (name) => decision.items.filter((item) => item.sources.includes(name)).length;
  return table("Sources: candidates proposed, and how many of them are listed",
    found.sort((a, b) => b[1] - a[1]).map(([name, count]) => [name, bar(count / most), `${count} / ${listed(name)}`]));
}

const fact = (name, value) => element("div", {}, element("dt", {}, name), element("dd", {}, value));

function show(kind, detail, decision, timing) {
  const parts = [element("h3", {}, TITLES[kind]), element("dl", { class: "facts" },
    fact("mode", detail.mode ? words(detail.mode) : "planned"),
    fact("bundle", detail.bundle),
    fact("request", detail.requestId),
    fact("unavailable", detail.degraded.join(", ") || "nothing"))];
  if (timing) parts.push(stagesTable(timing));
  if (decision?.candidates) parts.push(sourcesTable(decision));
  answers.set(kind, element("div", { class: "answer" }, ...parts));
  $("answers").replaceChildren(...Object.keys(ROUTES).flatMap((each) => answers.get(each) ?? []));
}

async function explain({ detail }) {
  const decision = await ask(`/demo/decisions/${detail.requestId}`).catch(() => null);
  show(detail.kind, detail, decision?.items.at(-1), timings.get(ROUTES[detail.kind]));
  const items = decision?.items.at(-1)?.items ?? [];
  firsts.set(detail.kind, items[0]?.credential);
  $("badge").disabled = !first();
}

// ---- a badge from elsewhere

/** The credential that the latest answer of each kind would have the learner take first. */
const firsts = new Map();
const first = () => firsts.get("path") ?? firsts.get("recommendations");

const stands = ({ verdict, signature, status, expiry, issuer }) =>
  `${verdict}: signature ${signature.state}, status ${status.state}, ${expiry.state}, `
  + `issuer ${issuer.trusted ? "trusted" : "not trusted"}`;

async function certify() {
  $("badge").disabled = true;
  const learner = $("learner").value;
  try {
    const { badges } = await ask("/demo/badge", { learner, credential: first() });
    for (const badge of badges) {
      $("badges").prepend(line(badge.achievement.name, stands(badge), new Date()));
    }
    await $("path").firstElementChild.journey.load();
  } catch (error) {
    $("badges").prepend(line("not taken", error.message, new Date()));
  }
}

// ---- the start

async function start() {
  for (const name of HEARD) $("path").addEventListener(name, hear);
  $("path").addEventListener("cairn:answer", explain);
  const { items } = await ask("/demo/learners");
  const wish = new URLSearchParams(location.search);
  $("learner").append(...items.map(({ id, events }) => element("option", { value: id }, `${id} · ${events} acts`)),
    element("option", { value: "newcomer" }, "newcomer · nothing known"));
  for (const name of ["learner", "language", "look"]) if (wish.has(name)) $(name).value = wish.get(name);
  const look = () => { document.documentElement.style.colorScheme = $("look").value; };
  const change = () => {
    firsts.clear();
    $("badge").disabled = true;
    $("badges").replaceChildren();
    return Promise.all([embed($("learner").value), showStored()]);
  };
  $("badge").addEventListener("click", certify);
  $("learner").addEventListener("change", change);
  $("language").addEventListener("change", () => $("path").firstElementChild?.setAttribute("lang", $("language").value));
  $("look").addEventListener("change", look);
  look();
  await change();
}

start();
