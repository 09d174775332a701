// The demo page: asks the public API and shows its answer. All text goes in as text, never as markup.

const $ = (id) => document.getElementById(id);
const state = { role: null, guest: `guest-${crypto.randomUUID?.() ?? Date.now()}` };

// ---- talking to the service

const storedKey = () => sessionStorage.getItem("cairn-key") ?? "";

function takeKeyFromAddress() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!key) return;
  sessionStorage.setItem("cairn-key", key);
  history.replaceState(null, "", location.pathname);
}

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: {
      Authorization: `Bearer ${storedKey()}`,
      ...(body ? { "Content-Type": "application/json" } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  });
  const answer = await response.json();
  if (response.ok) return answer;
  if (response.status === 401) $("key-section").hidden = false;
  const faults = (answer.errors ?? []).map((fault) => `${fault.pointer} ${fault.reason}`);
  throw new Error([answer.detail, ...faults].join(" "));
}

// ---- building the page

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const percent = (share) => `${Math.round(100 * share)}%`;

const LEVELS = [[0.25, "beginner"], [0.5, "intermediate"], [0.75, "advanced"], [1, "expert"]];

function levelName(level) {
  if (level === null) return null;
  return LEVELS.reduce((a, b) => (Math.abs(b[0] - level) < Math.abs(a[0] - level) ? b : a))[1];
}

function costText(cost) {
  if (cost === null) return "cost unknown";
  if (cost.amount === 0) return "free";
  if (cost.currency === null) return `${cost.amount}`;
  return new Intl.NumberFormat("en", { style: "currency", currency: cost.currency }).format(cost.amount);
}

function say(text, fault = false) {
  $("message").textContent = text;
  $("message").className = fault ? "message fault" : "message";
  $("message").hidden = !text;
}

// ---- the answer

const SHOWN = 8;
const GROUPS = [["have", "You have"], ["partial", "Partly there"], ["missing", "Missing"]];

function skillLine(skill) {
  const held = skill.status === "partial" ? percent(skill.coverage) : null;
  const wanted = skill.status === "missing" ? levelName(skill.required) : null;
  return element("li", {}, skill.label, held || wanted ? element("small", {}, `  ${held ?? wanted}`) : null);
}

function group([status, title], skills) {
  const found = skills.filter((skill) => skill.status === status);
  found.sort((a, b) => b.importance - a.importance);
  const none = element("li", { class: "none" }, "none");
  const lines = found.slice(0, SHOWN).map(skillLine);
  const list = element("ul", {}, ...(lines.length ? lines : [none]));
  const rest = found.slice(SHOWN);
  const more = rest.length
    ? element("button", { class: "more", type: "button", onclick: () => {
        list.append(...rest.map(skillLine));
        more.remove();
      } }, `and ${rest.length} more`)
    : null;
  return element("div", { class: status }, element("h3", {}, title, element("b", {}, `${found.length}`)), list, more);
}

function showGap(answer) {
  $("gap").hidden = answer.role === null;
  if (answer.role === null) return;
  const match = answer.role.match;
  const found = match !== null && match < 1 ? ` (read from your words, ${percent(match)} alike)` : "";
  const head = element("div", { class: "gap-head" }, element("h2", {}, answer.role.title));
  if (answer.gap === null) {
    head.append(element("p", {}, "This role names no skills."));
    $("gap").replaceChildren(head);
    return;
  }
  const covered = 1 - answer.gap.before;
  head.append(element("p", {}, `${percent(covered)} of this role covered${found}`));
  const bar = element("i");
  bar.style.width = `${100 * covered}%`;
  const cover = element("div", { class: "cover", role: "img", "aria-label": `${percent(covered)} covered` }, bar);
  const groups = element("div", { class: "groups" }, ...GROUPS.map((kind) => group(kind, answer.gap.skills)));
  $("gap").replaceChildren(head, cover, groups);
}

function itemCard(item, answer) {
  const safe = item.url !== null && /^https?:\/\//.test(item.url);
  const title = safe ? element("a", { href: item.url, rel: "noopener noreferrer", target: "_blank" }, item.title) : item.title;
  const meta = [
    item.issuer,
    item.hours === null ? "hours unknown" : `${item.hours} h`,
    costText(item.cost),
    levelName(item.level),
    item.delivery,
  ];
  const closes = item.closes.slice(0, 6).map((step) =>
    element("li", {}, `${step.label} `, element("b", {}, `${percent(step.from)} → ${percent(step.to)}`)));
  const act = (kind, label) => element("button", {
    class: "plain", type: "button", onclick: (event) => tell(event.target, item, kind, answer.request_id),
  }, label);
  return element("li", { class: "panel item" },
    element("div", { class: "rank", "aria-label": `Rank ${item.rank}` }, `${item.rank}`),
    element("div", {},
      element("h3", {}, title),
      element("p", { class: "meta" }, meta.filter(Boolean).join(" · ")),
      element("ul", { class: "reasons" }, ...item.reasons.map((reason) => element("li", {}, reason.text))),
      closes.length ? element("ul", { class: "chips", "aria-label": "Skills it closes" }, ...closes) : null,
      element("div", { class: "foot" },
        act("complete", "Completed"),
        act("dismiss", "Not interested"),
        answer.gap === null || item.gap_after >= answer.gap.before ? null : element("span", {}, `${percent(1 - item.gap_after)} covered afterwards`))));
}

const MODES = {
  personalised: "Personalised from this learner's history.",
  cold_start: "From the profile and the role: there is no history yet.",
  popular: "The most popular: nothing else is known.",
};

function show(answer) {
  say(answer.items.length ? "" : "Nothing fits these limits.");
  showGap(answer);
  $("items").replaceChildren(...answer.items.map((item) => itemCard(item, answer)));
  const lacking = answer.degraded.length ? [`Unavailable meanwhile: ${answer.degraded.join(", ")}.`] : [];
  $("made").textContent = [MODES[answer.mode], ...lacking, ...answer.notes, `Bundle ${answer.bundle_version}`].join("\n");
}

// ---- asking

const isNew = () => document.querySelector("input[name=who]:checked").value === "new";

function learner() {
  if (!isNew()) return $("learner").value ? { id: $("learner").value } : {};
  const skills = $("skills").value.split(/[,\n]/).map((text) => text.trim()).filter(Boolean);
  return { id: state.guest, skills: skills.map((skill) => ({ skill })) };
}

async function ask() {
  const typed = $("role").value.trim();
  const hours = $("hours").value;
  try {
    show(await call("POST", "/v1/recommendations", {
      learner: learner(),
      target_role: state.role?.id ?? (typed ? { text: typed } : null),
      limit: 8,
      constraints: hours === "" ? {} : { max_hours: Number(hours) },
    }));
  } catch (error) {
    say(error.message, true);
  }
}

async function tell(button, item, kind, requestId) {
  const who = learner().id;
  if (!who) return;
  button.disabled = true;
  try {
    await call("POST", "/v1/events", { events: [{
      event_id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
      learner_id: who,
      credential_id: item.credential,
      kind,
      occurred_at: new Date().toISOString(),
      request_id: requestId,
    }] });
    await ask();
  } catch (error) {
    button.disabled = false;
    say(error.message, true);
  }
}

// ---- choosing a role

let waiting = 0;

function choose(role) {
  state.role = role;
  if (role) $("role").value = role.title;
  $("roles").hidden = true;
  $("role").setAttribute("aria-expanded", "false");
  ask();
}

async function suggest() {
  const text = $("role").value.trim();
  const query = text ? `q=${encodeURIComponent(text.slice(0, 2000))}&` : "";
  const page = await call("GET", `/v1/roles?${query}limit=8`).catch(() => ({ items: [] }));
  if (document.activeElement !== $("role") || $("role").value.trim() !== text) return;
  const option = (label, value, style = "") => element("li", {
    role: "option", class: style, "aria-selected": "false",
    onmousedown: (event) => { event.preventDefault(); choose(value); },
  }, label);
  const own = text ? [option(`“${text.slice(0, 60)}” in these words`, null, "own")] : [];
  $("roles").replaceChildren(...page.items.map((role) => option(role.title, role)), ...own);
  $("roles").hidden = !$("roles").children.length;
  $("role").setAttribute("aria-expanded", String(!$("roles").hidden));
}

function moveChoice(step) {
  const options = [...$("roles").children];
  if (!options.length) return;
  const now = options.findIndex((option) => option.ariaSelected === "true");
  const next = (now + step + options.length) % options.length;
  options.forEach((option, index) => { option.ariaSelected = String(index === next); });
  options[next].scrollIntoView({ block: "nearest" });
}

function onRoleKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    moveChoice(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !$("roles").hidden) {
    event.preventDefault();
    const picked = $("roles").querySelector('[aria-selected="true"]');
    if (picked) picked.dispatchEvent(new MouseEvent("mousedown", { cancelable: true }));
    else choose(state.role);
  } else if (event.key === "Escape") {
    $("roles").hidden = true;
  }
}

// ---- the start

async function fillLearners() {
  try {
    const known = await call("GET", "/v1/learners?limit=50");
    $("learner").replaceChildren(...known.items.map((one) =>
      element("option", { value: one.id }, `${one.id} · ${one.events} events`)));
  } catch (error) {
    say(error.message, true);
  }
}

function start() {
  takeKeyFromAddress();
  $("key-section").hidden = Boolean(storedKey());
  $("key").addEventListener("change", () => {
    sessionStorage.setItem("cairn-key", $("key").value.trim());
    say("Choose a learner and a role.");
    fillLearners();
  });
  for (const choice of document.querySelectorAll("input[name=who]")) {
    choice.addEventListener("change", () => {
      $("known").hidden = isNew();
      $("new").hidden = !isNew();
    });
  }
  $("learner").addEventListener("change", ask);
  $("role").addEventListener("focus", suggest);
  $("role").addEventListener("input", () => {
    state.role = null;
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 150);
  });
  $("role").addEventListener("keydown", onRoleKey);
  $("role").addEventListener("blur", () => { $("roles").hidden = true; });
  $("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  if (storedKey()) fillLearners();
}

start();
