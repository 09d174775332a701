// Talks to the service for one learner: sends the token, has it renewed once it is refused.

/** What went wrong, in a form that a view can show and a platform can log. */
export class Problem extends Error {
  /** `kind` is "offline", "unreachable", "refused", "busy" or "failed". */
  constructor(kind, { status = 0, detail = "", requestId = null } = {}) {
    super(detail || kind);
    Object.assign(this, { kind, status, detail, requestId });
  }
}

const KINDS = { 401: "refused", 403: "refused", 429: "busy" };

/** An id that nobody else makes; also where the page is not served securely. */
export function uniqueId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What comes of the network, or the Problem with it; an AbortError for what was taken back. */
async function reached(coming, signal) {
  try {
    return await coming;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new Problem(navigator.onLine ? "unreachable" : "offline", { detail: error.message });
  }
}

/** The JSON of a response, or null where it is none. */
async function bodyOf(response, signal) {
  const text = await reached(response.text(), signal);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export class Client {
  #host;
  #renewing = null;

  /** `host` has `service` (address), `token`, and `renewed()`, a promise of a fresh token. */
  constructor(host) {
    this.#host = host;
  }

  get = (path, options) => this.#call("GET", path, undefined, options);
  post = (path, body, options) => this.#call("POST", path, body, options);

  async #call(method, path, body, options) {
    const sent = this.#host.token ?? (await this.#renew());
    let response = await this.#send(method, path, body, sent, options).catch((problem) => {
      // No page can read the refusal of a token that was not signed there.
      if (problem.kind === "unreachable" && this.#host.renew) return null;
      throw problem;
    });
    if (response === null || response.status === 401) {
      // Another request may have renewed it meanwhile.
      const token = this.#host.token === sent ? await this.#renew() : this.#host.token;
      if (token || response === null) response = await this.#send(method, path, body, token ?? sent, options);
    }
    const answer = await bodyOf(response, options?.signal);
    if (response.ok && answer) return answer;
    throw new Problem(KINDS[response.status] ?? "failed", {
      status: response.status,
      detail: answer?.detail,
      requestId: answer?.request_id ?? null,
    });
  }

  #send(method, path, body, token, { signal } = {}) {
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return reached(fetch(new URL(path, this.#host.service), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
    }), signal);
  }

  /** One renewal for all requests that were refused together; null where nobody renews. */
  #renew() {
    this.#renewing ??= this.#host.renewed().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }
}
