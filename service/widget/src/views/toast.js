// What was just done, with a way back; it stays until it is closed or something else is done.
import { html, nothing } from "lit";

import { icons } from "../icons.js";

export const toastView = (host) => {
  const { t, journey } = host;
  if (!journey.last) return nothing;
  const { kind, credential, title } = journey.last;
  const close = () => {
    journey.last = null;
    host.requestUpdate();
    host.renderRoot.querySelector("#role")?.focus();
  };
  return html`<div class="toast" part="toast">
    <p dir="auto">${t(`did.${kind}`, { title })}</p>
    ${kind === "retract" ? nothing : html`<button id="undo" class="quiet" type="button" @click=${() => host.undo(credential, title)}>${t("act.undo")}</button>`}
    <button id="toast-close" class="quiet" type="button" aria-label=${t("act.close")} @click=${close}>${icons.hide}</button>
  </div>`;
};
