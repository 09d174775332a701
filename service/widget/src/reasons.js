// Reasons in the reader's language, made from the facts that the service gives with each.

const NAMED = 3;

const WORDS = {
  closes_gap: ({ share, skills }, { t, formats, label }) => ({
    share: share < 0.005 ? t("reason.less") : formats.percent(share),
    skills: listed(skills, formats, label),
  }),
  stack: ({ stack, done, size }, { title }) => ({ done: done + 1, size, title: title(stack) }),
  prerequisite_met: ({ held }, { formats, title }) => ({ titles: listed(held, formats, title) }),
  followers: (facts, { title }) => ({ learners: facts.learners, count: facts.went_on, title: title(facts.after) }),
  next_step: ({ after }, { title }) => ({ title: title(after) }),
  role_peers: ({ chose, learners }) => ({ count: chose, learners }),
  similar: ({ to }, { title }) => ({ title: title(to) }),
  popular: ({ learners }) => ({ count: learners }),
  little_known: () => ({}),
  new: () => ({}),
  unlocks: aboutCredentials,
  builds_on: aboutCredentials,
  renewal: () => ({}),
  renews: () => ({}),
  renewal_asks: ({ asked }) => ({ asked }),
  order_inferred: aboutCredentials,
};

function aboutCredentials({ credentials }, { formats, title }) {
  return { titles: listed(credentials, formats, title) };
}

/** A list of names in words, or null while one is not known. */
function listed(ids, formats, name) {
  const names = ids.slice(0, NAMED).map(name);
  if (names.includes(null)) return null;
  const rest = ids.length - names.length;
  return formats.list(rest ? [...names, `+${formats.number(rest)}`] : names);
}

/**
 * The text of a reason, with the language it is in. A kind unknown here, or with names not known
 * yet, is told as the service does: in English.
 */
export function tell(reason, words) {
  const values = WORDS[reason.kind]?.(reason.evidence, words);
  if (!values || Object.values(values).includes(null)) return { text: reason.text, language: "en" };
  return { text: words.t(`reason.${reason.kind}`, values), language: words.language };
}
