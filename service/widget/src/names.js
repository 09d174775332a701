// What credentials are called, learnt from answers and, where an answer only names an id, asked for.

export class Names {
  #api;
  #changed;
  #titles = new Map();

  /** `changed()` is called when a title that was asked for has come. */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  learn(id, title) {
    this.#titles.set(id, title);
  }

  /** From recommended items or the steps of a path. */
  learnAll(entries) {
    for (const { credential, title, stack_progress: stacks = [] } of entries) {
      this.learn(credential, title);
      for (const each of stacks) this.learn(each.stack, each.title);
    }
  }

  /** The title where an answer told it, else null. */
  known(id) {
    return this.#titles.get(id) ?? null;
  }

  /** The title, asked for where no answer told it; null until it is known. */
  of(id) {
    if (!this.#titles.has(id)) this.#ask(id);
    return this.#titles.get(id) ?? null;
  }

  async #ask(id) {
    this.#titles.set(id, null);
    const found = await this.#api.get(`/v1/credentials/${encodeURIComponent(id)}`).catch(() => null);
    if (!found) return;
    this.learn(id, found.title);
    this.#changed();
  }
}
