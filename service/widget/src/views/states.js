// What stands in the widget's place, or above it, while not all is well.
import { html, nothing } from "lit";

import { icons } from "../icons.js";

/** Bones of what is about to come, so that nothing jumps. */
export const loadingView = ({ t }) => html`<div class="loading" part="loading">
  <p role="status">${t("state.loading")}</p>
  <div class="bones" aria-hidden="true"><i class="wide"></i><i class="bar"></i><div>${[1, 2, 3].map(() => html`<i class="card"></i>`)}</div></div>
</div>`;

/** Nothing could be loaded. */
export const troubleView = (host) => {
  const { t, journey } = host;
  const { kind } = journey.trouble;
  return html`<div class="trouble" part="trouble" role="alert">
    <svg class="cairn" viewBox="0 0 64 64" aria-hidden="true">
      <ellipse cx="32" cy="52" rx="24" ry="8" /><ellipse cx="29" cy="36" rx="17" ry="7" /><ellipse class="off" cx="47" cy="20" rx="11" ry="5.5" transform="rotate(28 47 20)" />
    </svg>
    <h2>${t(`trouble.${kind}`)}</h2>
    <p>${t(kind === "offline" ? "trouble.offlineEmpty" : `trouble.${kind}Hint`)}</p>
    ${kind === "refused" ? nothing : html`<button class="primary" type="button" @click=${() => journey.load()}>${t("act.retry")}</button>`}
  </div>`;
};

/** Something is missing, but there is a path to show. */
export const noticesView = (host) => {
  const { t, journey } = host;
  const degraded = new Set([...journey.answer.degraded, ...(journey.path?.degraded ?? [])]);
  const kind = navigator.onLine ? journey.trouble?.kind : "offline";
  return html`<div class="notices" role="status">
    ${kind ? html`<div class="notice trouble-notice" part="notice">${icons.warn}<p><strong>${t(`trouble.${kind}`)}</strong> ${t(`trouble.${kind}Hint`)}</p>
      ${kind === "offline" || kind === "refused" ? nothing : html`<button class="plain" type="button" @click=${() => journey.load()}>${t("act.retry")}</button>`}</div>` : nothing}
    ${[...degraded].map((part) => html`<div class="notice" part="notice">${icons.warn}<p>${t(`degraded.${part in KNOWN ? part : "other"}`)}</p></div>`)}
  </div>`;
};

const KNOWN = { store: true, encoder: true };
