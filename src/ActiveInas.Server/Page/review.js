// Review: answers worth a second look. A card is chosen with the arrows and gets another answer with the key of the labelling view.

import { get } from './api.js';
import { byId, el, setShare, setText } from './dom.js';
import { imageUrl } from './feed.js';
import { keyOfClass } from './keys.js';
import { answerName, percent, probability } from './words.js';

const kinds = {
  doubt: ['Labels that the network doubts most, the most doubtful first. It was trained without the image in question.', 'No label is doubted. Networks that have not seen a label look at it while you go on labelling.'],
  duplicates: ['Files with the same bytes and different labels, side by side.', 'No identical files with different labels.'],
  skipped: ['Images that were skipped. A label brings them back.', 'Nothing was skipped.'],
  bad: ['Images marked as bad. A label brings them back.', 'No image is marked as bad.'],
};

export class Review {
  #outbox;
  #classes;
  #status;
  #undo;
  #kind = 'doubt';
  #items = [];
  #at = -1;
  #shownAt = 0;

  constructor({ outbox, classes, status, undo }) {
    this.#outbox = outbox;
    this.#classes = classes;
    this.#status = status;
    this.#undo = undo;
    for (const tab of byId('review-tabs').querySelectorAll('[role=tab]')) {
      tab.addEventListener('click', () => this.#choose(tab.dataset.kind));
      tab.addEventListener('keydown', event => this.#walkTabs(event));
    }

    classes.addEventListener('change', () => this.#renderAnswers());
    byId('cards').addEventListener('focusin', event => this.#select(Number(event.target.closest('[data-index]')?.dataset.index ?? this.#at), false));
  }

  // What has not arrived yet would be missing in the list.
  async open() {
    if (this.#outbox.count > 0 && this.#status.problem === null) { await this.#outbox.drained(); }
    await this.#load();
  }

  run(command) {
    switch (command.name) {
      case 'class': return this.#answer('label', this.#classes.nameAt(command.index));
      case 'accept': return this.#answer('label', this.#item?.suggested[0]?.class ?? null);
      case 'skip': return this.#answer('skip', null);
      case 'bad': return this.#answer('bad', null);
      case 'filter': return this.#item ? this.#classes.openFilter(name => this.#answer('label', name)) : undefined;
      case 'undo': return this.#undo.run();
      case 'back': return this.#select(Math.max(0, this.#at - 1));
      case 'forward': return this.#select(Math.min(this.#items.length - 1, this.#at + 1));
      case 'up': return this.#select(Math.max(0, this.#at - this.#columns()));
      case 'down': return this.#select(Math.min(this.#items.length - 1, this.#at + this.#columns()));
      case 'zoom': return this.#item ? window.open(this.#item.url, '_blank', 'noopener') : undefined;
      default: return undefined;
    }
  }

  get #item() { return this.#items[this.#at] ?? null; }

  #choose(kind) {
    this.#kind = kind;
    for (const tab of byId('review-tabs').querySelectorAll('[role=tab]')) {
      const isChosen = tab.dataset.kind === kind;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      if (isChosen) { byId('review-panel').setAttribute('aria-labelledby', tab.id); }
    }

    this.open().catch(error => this.#status.lose(error));
  }

  #walkTabs(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) { return; }
    event.preventDefault();
    const tabs = [...byId('review-tabs').querySelectorAll('[role=tab]')];
    const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length];
    next.focus();
    this.#choose(next.dataset.kind);
  }

  async #load() {
    const kind = this.#kind;
    const items = await get(`review?kind=${kind}&n=60`);
    if (kind !== this.#kind) { return; }
    this.#items = items.map(item => ({ ...item, suggested: item.suggested ?? [] }));
    this.#at = -1;
    setText(byId('review-text'), this.#items.length === 0 ? kinds[kind][1] : kinds[kind][0]);
    this.#renderCards();
  }

  #renderCards() {
    const cards = this.#items.map((item, index) => this.#card(item, index));
    byId('cards').replaceChildren(...this.#kind === 'duplicates' ? this.#groups(cards) : cards);
    byId('review-answers').hidden = this.#items.length === 0;
    if (this.#items.length > 0) { this.#select(0, false); }
  }

  // Identical files stand in one frame.
  #groups(cards) {
    const groups = Map.groupBy(cards, card => this.#items[card.dataset.index].group);
    return [...groups.values()].map((members, index) => el('div', { class: 'twins', role: 'group', 'aria-label': `Identical files ${index + 1}` }, ...members));
  }

  #card(item, index) {
    const best = item.suggested[0];
    const quality = item.quality === null || item.quality === undefined ? null : el('span', { class: 'bar quality' });
    if (quality) { setShare(quality, item.quality); }
    return el('button', { type: 'button', class: 'card', 'data-index': index, onclick: () => this.#select(index) },
      el('img', { src: imageUrl(item, 320), alt: '', loading: 'lazy', decoding: 'async' }),
      el('span', { class: 'given' }, answerName(item.action, item.class)),
      best ? el('span', { class: 'muted' }, `network: ${best.class}, ${probability(best.probability)}`) : null,
      quality ? el('span', { class: 'muted' }, `label quality ${percent(item.quality)}`) : null, quality);
  }

  #cards() { return [...byId('cards').querySelectorAll('[data-index]')]; }

  #columns() {
    const cards = this.#cards();
    return Math.max(1, cards.filter(card => card.offsetTop === cards[0].offsetTop).length);
  }

  #select(index, takeFocus = true) {
    if (this.#items.length === 0) { return; }
    if (index !== this.#at) { this.#shownAt = performance.now(); }
    this.#at = index;
    for (const card of this.#cards()) {
      const isChosen = Number(card.dataset.index) === index;
      card.tabIndex = isChosen ? 0 : -1;
      card.setAttribute('aria-current', String(isChosen));
      if (isChosen && takeFocus) { card.focus(); }
    }

    this.#renderAnswers();
  }

  // The keys, where they are needed; buttons for who has no keyboard.
  #renderAnswers() {
    const answers = this.#classes.list.map(each => [each.name, () => this.#answer('label', each.name)]);
    const others = [['Skip', () => this.#answer('skip', null)], ['Bad image', () => this.#answer('bad', null)], ['Undo', () => this.#undo.run()]];
    const item = this.#item;
    byId('review-classes').replaceChildren(...[...answers, ...others].map(([name, run], index) => el('button', {
      type: 'button', class: 'small', onclick: run,
      'aria-pressed': index < answers.length ? String(item?.action === 'label' && item.class === name) : null,
    }, el('kbd', {}, index < answers.length ? keyOfClass(index) ?? '/' : ['Space', 'x', '⌫'][index - answers.length]), name)));
  }

  #answer(action, name) {
    const item = this.#item;
    if (item === null || (action === 'label' && name === null)) { return; }
    if (item.action !== action || item.class !== name) {
      const [index, before] = [this.#at, { action: item.action, class: item.class }];
      const entry = { kind: 'relabel', id: item.id, class: name, action, ms: Math.round(performance.now() - this.#shownAt) };
      this.#outbox.add(entry);
      this.#undo.push(entry, () => {
        Object.assign(item, before);
        if (this.#items[index] === item) { this.#show(index); }
      });
      Object.assign(item, { action, class: name });
    }

    this.#show(this.#at);
    setText(byId('spoken'), `Now ${answerName(action, name)}.`);
    this.#select(Math.min(this.#at + 1, this.#items.length - 1));
  }

  // An answer that was looked at again, and the one of now.
  #show(index) {
    const item = this.#items[index];
    const card = this.#cards().find(each => Number(each.dataset.index) === index);
    card.classList.add('changed');
    setText(card.querySelector('.given'), answerName(item.action, item.class));
    if (!byId('view-review').hidden) { this.#select(index); }
  }
}
