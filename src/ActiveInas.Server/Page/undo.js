// What Undo takes back: the server's last answer of this person, wherever in the page it was given.

import { toast } from './notices.js';
import { answerName } from './words.js';

export class Undo {
  #outbox;
  #said = [];

  constructor(outbox) {
    this.#outbox = outbox;
    outbox.addEventListener('refused', event => { this.#said = this.#said.filter(each => each.entry !== event.detail.entry); });
  }

  // `entry` is on its way to the server; `back` shows the state of before.
  push(entry, back) { this.#said.push({ entry, back }); }

  run() {
    const last = this.#said.pop();

    // What was answered before this page was opened, the server knows, and gives it back.
    if (last === undefined) { return this.#outbox.undo(null); }
    this.#outbox.undo(last.entry);
    last.back();
    toast(`Taken back: ${answerName(last.entry.action, last.entry.class)}.`);
    return undefined;
  }
}
