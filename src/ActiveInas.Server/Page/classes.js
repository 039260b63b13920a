// The classes: buttons with their keys, the filter for the rest, the dialog that adds and renames.

import { patch, post } from './api.js';
import { byId, el, keyCap, setShare, setText } from './dom.js';
import { keyOfClass } from './keys.js';
import { number, probability } from './words.js';

// Events: "pick" { name } from a button or the filter; "change" when the list has changed.
export class Classes extends EventTarget {
  list = [];
  #outbox;
  #pick = null;
  #option = 0;

  constructor(outbox) {
    super();
    this.#outbox = outbox;
    byId('filter-text').addEventListener('input', () => this.#filter(0));
    byId('filter-text').addEventListener('keydown', event => this.#steer(event));
    byId('filter-form').addEventListener('submit', event => { event.preventDefault(); this.#choose(this.#options()[this.#option]); });
    byId('filter').addEventListener('close', () => { this.#pick = null; });
    byId('add-class').addEventListener('submit', event => { event.preventDefault(); this.#add(); });
    byId('classes-button').addEventListener('click', () => this.openDialog());
  }

  set(list) {
    this.list = list;
    byId('classes').classList.toggle('many', list.length > 10);
    byId('classes').replaceChildren(...list.map((item, index) => this.#button(item, index)));
    this.dispatchEvent(new Event('change'));
  }

  nameAt(index) { return this.list[index]?.name ?? null; }

  // Marks what the network expects and what the image was given.
  mark(suggested, answer) {
    const probabilities = new Map(suggested.map(each => [each.class, each.probability]));
    for (const button of byId('classes').querySelectorAll('[data-class]')) {
      const p = probabilities.get(button.dataset.class);
      setShare(button, p ?? 0);
      setText(button.querySelector('.odds'), p === undefined ? '' : probability(p));
      button.setAttribute('aria-pressed', String(answer?.action === 'label' && answer.class === button.dataset.class));
    }
  }

  // Shows for a moment which class was given.
  flash(name) {
    const button = [...byId('classes').querySelectorAll('[data-class]')].find(each => each.dataset.class === name);
    button?.classList.add('flash');
    setTimeout(() => button?.classList.remove('flash'), 160);
  }

  // Type-to-filter over all classes; `pick` gets the name.
  openFilter(pick) {
    this.#pick = pick;
    byId('filter-text').value = '';
    this.#filter(0);
    byId('filter').showModal();
  }

  openDialog() {
    this.#listRows();
    setText(byId('class-note'), '');
    byId('class-dialog').showModal();
  }

  #button(item, index) {
    const key = keyOfClass(index);
    return el('button', {
      type: 'button', class: 'class', 'data-class': item.name, title: item.name, 'aria-pressed': 'false',
      'aria-keyshortcuts': key === null ? null : key.replace('⇧', 'Shift+'),
      onclick: () => this.dispatchEvent(new CustomEvent('pick', { detail: { name: item.name } })),
    }, keyCap(key ?? '/'), el('span', { class: 'name' }, item.name), el('span', { class: 'odds' }));
  }

  // Options of the filter: the classes that hold the text, those that start with it first; a new class last.
  #options() {
    const text = byId('filter-text').value.trim();
    const wanted = text.toLowerCase();
    const rank = item => item.name.toLowerCase().startsWith(wanted) ? 0 : 1;
    const found = this.list.filter(item => item.name.toLowerCase().includes(wanted)).sort((a, b) => rank(a) - rank(b)).map(item => ({ name: item.name }));
    return text !== '' && !this.list.some(item => item.name === text) ? [...found, { name: text, isNew: true }] : found;
  }

  #filter(option) {
    const options = this.#options();
    this.#option = options.length === 0 ? 0 : (option + options.length) % options.length;
    byId('filter-list').replaceChildren(...options.map((item, index) => el('li', {
      id: `option-${index}`, role: 'option', 'aria-selected': String(index === this.#option), onclick: () => this.#choose(item),
    }, item.isNew ? `New class “${item.name}”` : item.name)));
    const active = byId(`option-${this.#option}`);
    active?.scrollIntoView({ block: 'nearest' });
    if (active) { byId('filter-text').setAttribute('aria-activedescendant', active.id); } else { byId('filter-text').removeAttribute('aria-activedescendant'); }
  }

  #steer(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) { return; }
    event.preventDefault();
    this.#filter(this.#option + step);
  }

  async #choose(item) {
    if (item === undefined) { return; }
    const pick = this.#pick;
    setText(byId('filter-note'), '');
    try {
      if (item.isNew) { await this.#create(item.name); }
    } catch (error) {
      setText(byId('filter-note'), error.message);
      return;
    }

    byId('filter').close();
    pick?.(item.name);
  }

  async #create(name) {
    const created = await post('classes', { name });
    this.set([...this.list, { id: created.id, name: created.name, count: 0 }]);
  }

  async #add() {
    const field = byId('new-class');
    const name = field.value.trim();
    if (name === '') { return; }
    await this.#tell(async () => {
      await this.#create(name);
      field.value = '';
      return `Class “${name}” added.`;
    });
    field.focus();
  }

  // Answers under way name their class: they arrive before it changes its name.
  async #rename(item, field) {
    const name = field.value.trim();
    if (name === item.name || name === '') { return; }
    await this.#tell(async () => {
      await this.#outbox.drained();
      const renamed = await patch(`classes/${encodeURIComponent(item.id)}`, { name });
      this.set(this.list.map(each => each.id === item.id ? { ...each, name: renamed.name } : each));
      return `“${item.name}” is now “${renamed.name}”.`;
    });
  }

  async #tell(change) {
    try {
      setText(byId('class-note'), await change());
      this.#listRows();
    } catch (error) {
      setText(byId('class-note'), error.message);
    }
  }

  #listRows() {
    byId('class-rows').replaceChildren(...this.list.map((item, index) => {
      const field = el('input', { type: 'text', value: item.name, 'aria-label': `Name of class ${index + 1}, ${item.name}`, maxlength: '200', autocomplete: 'off' });
      return el('li', {}, el('form', { onsubmit: event => { event.preventDefault(); this.#rename(item, field); } },
        keyCap(keyOfClass(index) ?? '/'), field, el('span', { class: 'muted' }, number(item.count ?? 0)), el('button', { type: 'submit' }, 'Rename')));
    }));
  }
}
