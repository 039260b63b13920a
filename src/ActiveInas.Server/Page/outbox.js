// Answers on their way to the server: in order, one at a time, sent again until the server has them. They are kept in the tab's storage,
// so that reloading the page loses none.
//
// An entry is { kind: 'label', id, lease, class, action, ms, suggested, isAsked, isAudit }, { kind: 'relabel', id, class, action, ms }, or
// { kind: 'undo', id, class, action, isAsked, isAudit } with the answer taken back. `isAsked`: the image counts for the batch; `isAudit`: it is of
// the audit. Each has a `key`, by which the server knows an entry that it has already.

import { post, isPassing, Refusal } from './api.js';

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

  // Labels that the server does not count yet, and answers to images of the batch.
  get labels() { return this.#balance(entry => entry.action === 'label'); }

  get audited() { return this.#balance(entry => entry.action === 'label' && entry.isAudit); }

  get asked() { return this.#balance(entry => entry.isAsked); }

  holds(id) { return this.#entries.some(entry => entry.id === id); }

  start() { this.#send(); }

  add(entry) {
    this.#entries.push(Object.assign(entry, { key: randomKey() }));
    this.#changed();
    this.#send();
  }

  // Takes back an answer, the last one there is: here where it has not left yet, else at the server, which knows it without a name.
  undo(said) {
    const last = this.#entries.at(-1);
    if (last !== undefined && last === said && last !== this.#sent) {
      this.#entries.pop();
      this.#changed();
    } else {
      this.add({ kind: 'undo', id: said?.id ?? null, class: said?.class, action: said?.action, isAsked: said?.isAsked, isAudit: said?.isAudit });
    }
  }

  // Resolves when everything has arrived, for what must not overtake it.
  async drained() {
    while (this.count > 0) { await new Promise(done => this.addEventListener('change', done, { once: true })); }
  }

  #balance(counts) {
    const signs = { label: 1, relabel: 0, undo: -1 };
    return this.#entries.reduce((sum, entry) => sum + (counts(entry) ? signs[entry.kind] : 0), 0);
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
      // The server has forgotten the lease, or the undone answer was not the first one: the answer is about this image all the same.
      if (error instanceof Refusal && (error.status === 404 || (error.status === 409 && this.#leases.has(entry.id)))) { return this.#relabel(entry); }
      throw error;
    }
  }

  #relabel(entry) {
    return post(`images/${encodeURIComponent(entry.id)}/label`, { class: entry.class, action: entry.action, ms: entry.ms, key: entry.key });
  }

  // The image is back under a lease of its own; without one it is answered by its id.
  async #takeBack(entry) {
    if (entry.id !== null) { this.#leases.set(entry.id, null); }
    const item = await post('undo', { key: entry.key });
    this.#leases.set(item.id, item.lease);
    return item;
  }
}

// Also where the browser has no randomUUID: it wants https, or this machine.
const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
