// A link to the path for somebody else, without who the learner is.
import { html, nothing } from "lit";

import { icons } from "../icons.js";

export const shareView = (host) => {
  const { t, formats, journey } = host;
  const { shared } = journey;
  const copy = async () => {
    await navigator.clipboard?.writeText(shared.url).then(() => host.say("share.copied"), () => {});
    host.renderRoot.querySelector("#link").select();
  };
  const toggle = async () => {
    await (shared ? journey.endSharing() : journey.share());
    await host.updateComplete;
    host.renderRoot.querySelector("#link")?.focus();
  };
  return html`<button class="plain" type="button" aria-expanded=${shared !== null} @click=${toggle}>${icons.share}${t("share.button")}</button>
    ${shared ? html`<div class="share" role="group" aria-labelledby="share-title">
      <p id="share-title"><strong>${t("share.title")}</strong></p>
      <p class="note">${t("share.hint", { moment: formats.moment(shared.expires_at) })}</p>
      <div class="row">
        <input id="link" type="text" dir="ltr" readonly aria-label=${t("share.title")} .value=${shared.url} />
        <button class="primary" type="button" @click=${copy}>${t("share.copy")}</button>
      </div>
    </div>` : nothing}`;
};
