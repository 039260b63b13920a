// The labelling view: one image, one key. It advances at once; the outbox carries the answer to the server behind its back.

import { get } from './api.js';
import { byId, el, setShare, setText } from './dom.js';
import { imageUrl, loadImage } from './feed.js';
import { toast } from './notices.js';
import { Stage } from './stage.js';
import { answerName, isWorking, number, plural, probability, reasonName, stateName } from './words.js';

const stripLength = 14;
const historyLength = 50;

export class LabelView {
  #outbox;
  #feed;
  #classes;
  #status;
  #undo;
  #stage = new Stage(byId('stage'), byId('image-size'));
  #history = [];          // newest first
  #cursor = -1;           // place in the history, -1: the image to label
  #shownAt = 0;
  #shown = null;
  #counts = null;         // the server's latest counts

  constructor({ outbox, feed, classes, status, undo }) {
    this.#outbox = outbox;
    this.#feed = feed;
    this.#classes = classes;
    this.#status = status;
    this.#undo = undo;
    feed.addEventListener('change', () => this.#render());
    classes.addEventListener('pick', event => this.run({ name: 'pick', class: event.detail.name }));
    classes.addEventListener('change', () => this.#render());
    status.addEventListener('change', () => this.#follow());
    outbox.addEventListener('change', () => this.#renderProgress());
    outbox.addEventListener('stored', event => this.#stored(event.detail));
    outbox.addEventListener('refused', event => this.#refused(event.detail));
    for (const button of document.querySelectorAll('[data-command]')) { button.addEventListener('click', () => this.run({ name: button.dataset.command })); }

    // Time away from the page is not time spent on the image.
    document.addEventListener('visibilitychange', () => { this.#shownAt = performance.now(); });
  }

  get pixels() { return this.#stage.pixels; }

  // Also when somebody else sits down: images and history are theirs then.
  async start() {
    this.#cursor = -1;
    this.#feed.fill();
    this.#history = await get(`history?n=${historyLength}`);
    this.#render();
    this.#renderStrip();
  }

  run(command) {
    switch (command.name) {
      case 'class': return this.#label(this.#classes.nameAt(command.index));
      case 'pick': return this.#label(command.class);
      case 'accept': return this.#accept();
      case 'skip': return this.#answer('skip', null);
      case 'bad': return this.#answer('bad', null);
      case 'filter': return this.#item === null ? undefined : this.#classes.openFilter(name => this.#label(name));
      case 'undo': return this.#undo.run();
      case 'back': return this.#goTo(Math.min(this.#cursor + 1, this.#history.length - 1));
      case 'forward': return this.#goTo(Math.max(this.#cursor - 1, -1));
      case 'leave': return this.#goTo(-1);
      case 'zoom': return this.#stage.toggle();
      case 'larger': return this.#stage.zoomBy(1.5);
      case 'smaller': return this.#stage.zoomBy(1 / 1.5);
      default: return undefined;
    }
  }

  // What is on the stage: the image to label, or one of before.
  get #item() { return this.#cursor < 0 ? this.#feed.current : this.#history[this.#cursor]; }

  #label(name) { if (name !== null) { this.#answer('label', name); } }

  #accept() {
    const best = this.#item?.suggested?.[0];
    if (best) { this.#answer('label', best.class, true); }
  }

  #answer(action, name, suggested = false) {
    const item = this.#item;

    // Nobody answers what is not on the screen yet.
    if (item === null || item !== this.#shown) { return; }
    const ms = Math.round(performance.now() - this.#shownAt);
    if (this.#cursor >= 0) { this.#relabel(item, action, name, ms); } else { this.#first(item, action, name, ms, suggested); }
    if (action === 'label') { this.#classes.flash(name); }
    setText(byId('answered'), answerName(action, name));
  }

  #first(item, action, name, ms, suggested) {
    const entry = {
      kind: 'label', id: item.id, lease: item.lease, class: name, action, ms, suggested,
      isAsked: item.reason === 'initial' || item.reason === 'query', isAudit: item.reason === 'audit',
    };
    this.#feed.take();
    this.#history = [{ ...item, action, class: name }, ...this.#history.filter(record => record.id !== item.id)].slice(0, historyLength);
    this.#outbox.add(entry);
    this.#undo.push(entry, () => this.#takeBack(item, entry));
    this.#render();
    this.#renderStrip();
  }

  #relabel(record, action, name, ms) {
    if (record.action !== action || record.class !== name) {
      const before = { action: record.action, class: record.class };
      const entry = { kind: 'relabel', id: record.id, class: name, action, ms };
      this.#outbox.add(entry);
      this.#undo.push(entry, () => {
        Object.assign(record, before);
        this.#goTo(this.#history.indexOf(record));
        this.#renderStrip();
      });
      Object.assign(record, { action, class: name });
    }

    this.#goTo(this.#cursor - 1);
    this.#renderStrip();
  }

  // The image is here again, with the answer it had.
  #takeBack(item, said) {
    this.#cursor = -1;
    this.#history = this.#history.filter(record => record.id !== item.id);
    item.former = { action: said.action, class: said.class };
    this.#feed.putBack(item);
    this.#renderStrip();
  }

  #stored({ entry, answer }) {
    if (entry.kind !== 'undo') {
      if (answer?.batch) { this.#counts = { labelled: answer.labelled, audited: answer.audited, batch: answer.batch }; }
      this.#renderProgress();
    } else if (answer && answer.id !== entry.id) {
      this.#takeBack(answer, answer);
      toast(`Taken back: ${answerName(answer.action, answer.class)}.`);
    }

    // The image that completes a batch changes what the server does next.
    if (answer?.batch && answer.batch.done >= answer.batch.size) { this.#status.refresh(); }
  }

  #refused({ entry, error }) {
    toast(entry.kind === 'undo' ? `Not undone: ${error.message}` : `The answer “${answerName(entry.action, entry.class)}” was not stored: ${error.message}`, true);
    if (entry.kind === 'undo') { return; }
    this.#history = this.#history.filter(record => record.id !== entry.id || entry.kind === 'relabel');
    this.#renderStrip();
  }

  #goTo(cursor) {
    this.#cursor = cursor;
    this.#render();
    this.#markStrip();
  }

  #follow() {
    const { labelled, audit, batch } = this.#status.value;
    this.#counts = { labelled, audited: audit.labelled, batch };
    if (this.#feed.count === 0) { this.#feed.fill(); }
    this.#render();
  }

  #render() {
    const item = this.#item;
    this.#renderProgress();
    byId('stage-empty').hidden = item !== null;
    byId('stage').hidden = item === null;
    byId('in-history').hidden = this.#cursor < 0;
    for (const button of document.querySelectorAll('#panel [data-needs-image]')) { button.disabled = item === null; }
    byId('classes').classList.toggle('resting', item === null);
    if (item === null) {
      this.#shown = null;
      this.#stage.clear();
      this.#renderEmpty();
      this.#renderSuggestion([]);
      this.#classes.mark([], null);
      setText(byId('reason'), '');
    } else {
      this.#show(item);
    }
  }

  #show(item) {
    if (!item.image) { loadImage(item, this.pixels); }
    if (!item.isReady) {
      item.ready.then(() => { if (this.#item === item) { this.#render(); } });
      if (this.#shown !== item) { byId('stage').classList.add('loading'); }
      return;
    }

    byId('stage').classList.remove('loading');
    this.#stage.show(item);
    const isNew = this.#shown !== item;
    if (isNew) {
      this.#shown = item;
      this.#shownAt = performance.now();
    }

    const suggested = item.suggested ?? [];
    const answer = this.#cursor >= 0 ? item : item.former ?? null;
    this.#renderSuggestion(suggested);
    this.#classes.mark(suggested, answer);
    setText(byId('reason'), item.isBroken ? 'This image cannot be shown: press x if it is bad' : this.#cursor >= 0 ? '' : reasonName(item.reason));
    setText(byId('history-place'), this.#cursor < 0 ? '' : `${plural(this.#cursor + 1, 'image')} back: ${answerName(item.action, item.class)}. A key gives another answer.`);
    if (isNew) { this.#announce(item, suggested); }
  }

  #announce(item, suggested) {
    const best = suggested[0];
    const place = this.#cursor < 0 ? 'Next image.' : `${this.#cursor + 1} back, ${answerName(item.action, item.class)}.`;
    setText(byId('spoken'), `${place}${best ? ` Suggestion: ${best.class}, ${probability(best.probability)}.` : ''}`);
    byId('stage').setAttribute('aria-label', `Image to label, ${item.width} by ${item.height} pixels`);
  }

  #renderSuggestion(suggested) {
    const best = suggested[0];
    const button = byId('accept');
    button.disabled = !best;
    setShare(button, best?.probability ?? 0);
    setText(byId('accept-name'), best?.class ?? 'No suggestion');
    setText(byId('accept-odds'), best ? probability(best.probability) : '');
  }

  // Never an empty page: why there is nothing to label, and what to do meanwhile.
  #renderEmpty() {
    const status = this.#status.value;
    const state = status?.state;
    const title = !this.#feed.isEmpty || !status ? 'Fetching the next images'
      : state === 'done' ? 'All done'
        : isWorking(state) ? 'You are ahead of the network'
          : 'Nothing to label right now';
    const text = !this.#feed.isEmpty || !status ? 'A moment, please.'
      : state === 'done' ? 'Labels, model and report are on the dashboard; doubtful labels are under Review.'
        : isWorking(state) ? `${stateName(state)}: the next images come when it is ready. Doubtful labels under Review are worth a look meanwhile.`
          : status.message || 'The next images appear here by themselves.';
    setText(byId('empty-title'), title);
    setText(byId('empty-text'), text);
  }

  // What the server counts, and what is still on its way there.
  #renderProgress() {
    const counts = this.#counts;
    if (counts === null) { return; }
    const done = Math.min(Math.max(counts.batch.done + this.#outbox.asked, 0), counts.batch.size);
    const audited = Math.max(counts.audited + this.#outbox.audited, 0);
    const learnt = Math.max(counts.labelled + this.#outbox.labels - audited, 0);
    const { budget, images, round } = this.#status.value ?? {};
    setText(byId('batch-text'), `Batch ${counts.batch.round ?? round ?? ''}: ${number(done)} of ${number(counts.batch.size)}`);
    setShare(byId('batch-bar'), counts.batch.size ? done / counts.batch.size : 0);
    setText(byId('total-text'), `To learn: ${number(learnt)} of ${budget ? number(budget) : plural(images ?? 0, 'image')}${audited > 0 ? ` · audit: ${number(audited)}` : ''}`);
    setShare(byId('total-bar'), learnt / ((budget ?? images) || 1));
  }

  #renderStrip() {
    byId('strip').replaceChildren(...this.#history.slice(0, stripLength).map((record, index) => el('li', {}, el('button', {
      type: 'button', class: record.action === 'label' ? null : 'aside', 'aria-label': `${index + 1} back: ${answerName(record.action, record.class)}`,
      onclick: () => this.#goTo(this.#cursor === index ? -1 : index),
    }, el('img', { src: record.image?.src ?? imageUrl(record, 160), alt: '', loading: 'lazy', decoding: 'async' }), el('span', {}, answerName(record.action, record.class))))));
    this.#markStrip();
  }

  #markStrip() {
    [...byId('strip').querySelectorAll('button')].forEach((button, index) => button.setAttribute('aria-current', String(index === this.#cursor)));
  }
}
