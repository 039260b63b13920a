// Answers on their way to the server: in order, one at a time, sent again until the server has them. They are kept in the tab's storage,
// so that reloading the page loses none.
//
// An entry is { kind: 'label', id, lease, class, action, ms, suggested }, { kind: 'relabel', id, class, action, ms } or { kind: 'undo', id, action }, with the action taken back.

import { get, post, isPassing, Refusal } from './api.js';

const storageKey = 'ainas.outbox';
const firstWait = 500;
const longestWait = 5_000;

// Events: "change" when the number of entries changes; "stored" { entry, answer }; "refused" { entry, error }; "lost" { error } and "found"
// as the server goes and comes.
export class Outbox extends EventTarget {
  #entries = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]');
  #leases = new Map();
  #isSending = false;
  #sent = null;
  #wait = firstWait;

  get count() { return this.#entries.length; }

  // Labels that the server does not count yet.
  get labels() {
    const signs = { label: 1, relabel: 0, undo: -1 };
    return this.#entries.reduce((sum, entry) => sum + (entry.action === 'label' ? signs[entry.kind] : 0), 0);
  }

  holds(id) { return this.#entries.some(entry => entry.id === id); }

  start() {
    // An entry that was under way when the page was left may have arrived; the same label twice is harmless, an undo is looked up.
    for (const entry of this.#entries) { entry.isUncertain = true; }
    this.#send();
  }

  add(entry) {
    this.#entries.push(entry);
    this.#changed();
    this.#send();
  }

  // Takes the last answer back: here where it has not left yet, else at the server. Without an id the server knows which it was.
  undo(id, action) {
    const last = this.#entries.at(-1);
    if (last && last !== this.#sent && last.kind === 'label' && last.id === id) {
      this.#entries.pop();
      this.#leases.set(id, last.lease);
      this.#changed();
    } else {
      this.add({ kind: 'undo', id, action });
    }
  }

  // Resolves when everything has arrived, for what must not overtake it.
  async drained() {
    while (this.count > 0) { await new Promise(done => this.addEventListener('change', done, { once: true })); }
  }

  async #send() {
    if (this.#isSending) { return; }
    this.#isSending = true;
    while (this.#entries.length > 0) {
      const entry = this.#sent = this.#entries[0];
      try {
        const answer = await this.#deliver(entry);
        this.#arrived();
        this.dispatchEvent(new CustomEvent('stored', { detail: { entry, answer } }));
      } catch (error) {
        if (isPassing(error)) {
          entry.isUncertain = true;
          this.dispatchEvent(new CustomEvent('lost', { detail: { error } }));
          await new Promise(done => setTimeout(done, this.#wait));
          this.#wait = Math.min(2 * this.#wait, longestWait);
        } else {
          this.#arrived();
          this.dispatchEvent(new CustomEvent('refused', { detail: { entry, error } }));
        }
      }
    }

    this.#isSending = false;
  }

  #arrived() {
    this.#sent = null;
    this.#entries.shift();
    this.#wait = firstWait;
    this.dispatchEvent(new Event('found'));
    this.#changed();
  }

  #changed() {
    sessionStorage.setItem(storageKey, JSON.stringify(this.#entries));
    this.dispatchEvent(new Event('change'));
  }

  #deliver(entry) {
    switch (entry.kind) {
      case 'label': return this.#label(entry);
      case 'relabel': return this.#relabel(entry);
      default: return this.#takeBack(entry);
    }
  }

  async #label(entry) {
    const lease = this.#leases.has(entry.id) ? this.#leases.get(entry.id) : entry.lease;
    if (lease === null) { return this.#relabel(entry); }
    try {
      return await post('labels', { lease, class: entry.class, action: entry.action, ms: entry.ms, suggested: entry.suggested });
    } catch (error) {
      // The lease ran out while the server was away: the answer is about this image all the same.
      if (error instanceof Refusal && error.status === 404) { return this.#relabel(entry); }
      throw error;
    }
  }

  #relabel(entry) {
    return post(`images/${encodeURIComponent(entry.id)}/label`, { class: entry.class, action: entry.action, ms: entry.ms });
  }

  // Two undos are not one: after a broken connection the history says whether the first one arrived. Without its lease the image is answered by id.
  async #takeBack(entry) {
    if (entry.isUncertain && entry.id) {
      const [newest] = await get('history?n=1');
      if (newest?.id !== entry.id) {
        this.#leases.set(entry.id, null);
        return null;
      }
    }

    const item = await post('undo', entry.id ? { id: entry.id } : {});
    this.#leases.set(item.id, item.lease);
    if (entry.id && item.id !== entry.id) { this.#leases.set(entry.id, null); }
    return item;
  }
}
