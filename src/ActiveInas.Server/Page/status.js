// What the run is doing: told by server-sent events, asked for every few seconds where those do not come.

import { get, isPassing, Refusal } from './api.js';

const pollEvery = 3_000;

// Events: "change" when there is a new value; "reach" when the server is reached again or not.
export class Status extends EventTarget {
  value = null;
  problem = null;
  #source = null;
  #timer = null;

  start() {
    document.addEventListener('visibilitychange', () => document.hidden ? this.#rest() : this.#listen());
    this.#listen();
  }

  // A value at once, for who has just changed something.
  async refresh() {
    try {
      this.#take(await get('status'));
    } catch (error) {
      this.lose(error);
    }
  }

  // Others learn first that the server is gone.
  lose(error) {
    if (!isPassing(error)) { return; }
    const kind = error instanceof Refusal && error.isSignedOut ? 'signed-out' : error instanceof Refusal ? 'busy' : 'unreachable';
    if (this.problem !== kind) {
      this.problem = kind;
      this.dispatchEvent(new Event('reach'));
    }

    this.#poll();
  }

  found() {
    if (this.problem !== null) {
      this.problem = null;
      this.dispatchEvent(new Event('reach'));
    }
  }

  #listen() {
    this.#rest();
    this.#source = new EventSource('/api/v1/events');
    this.#source.addEventListener('status', event => this.#take(JSON.parse(event.data)));
    this.#source.onopen = () => this.#stopPolling();
    this.#source.onerror = () => this.#poll();
  }

  // A page in the background holds no connection: browsers allow six to a server.
  #rest() {
    this.#source?.close();
    this.#source = null;
    this.#stopPolling();
  }

  #poll() {
    if (this.#timer !== null || document.hidden) { return; }
    this.#timer = setTimeout(async () => {
      this.#timer = null;
      await this.refresh();
      if (this.#source === null || this.#source.readyState === EventSource.OPEN) { return; }
      if (this.#source.readyState === EventSource.CLOSED && this.problem === null) { this.#listen(); } else { this.#poll(); }
    }, pollEvery);
  }

  #stopPolling() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #take(value) {
    this.value = value;
    this.found();
    this.dispatchEvent(new Event('change'));
  }
}
