// What a learner can say of a credential; without a learner there is nobody to say it.
import { html, nothing } from "lit";

import { icons } from "../icons.js";

const action = (host, { credential, title }, kind, key, icon, more = "") => html`<button class="quiet ${more}" type="button"
  ?disabled=${host.journey.pending === credential} aria-label=${host.t("act.about", { action: host.t(key), title })}
  @click=${() => host.act(kind, credential, title)}>${icon}<span>${host.t(key)}</span></button>`;

export const saving = (host, item) => {
  if (!host.learner) return nothing;
  return host.journey.saved.has(item.credential)
    ? action(host, item, "retract", "act.saved", icons.saved, "on")
    : action(host, item, "save", "act.save", icons.save);
};

export const actions = (host, item, first = nothing) => (host.learner
  ? html`<div class="actions" part="actions">
      ${first}
      ${action(host, item, "complete", "act.have", icons.done)}
      ${action(host, item, "dismiss", "act.dismiss", icons.hide)}
    </div>`
  : nothing);
