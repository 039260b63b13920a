// The dashboard: how good the network is, what it cost, what it confuses, and all there is to take away.

import { get } from './api.js';
import { accuracyChart } from './charts.js';
import { byId, el, setShare, setText } from './dom.js';
import { interval } from './statebar.js';
import { duration, isWorking, number, percent, plural, timeOfDay } from './words.js';

const fewest = 50;     // audit labels below which no accuracy is told
const refreshEvery = 10_000;

export class Dashboard {
  #status;
  #isOpen = false;
  #drawn = '';
  #at = 0;

  constructor(status) {
    this.#status = status;
    status.addEventListener('change', () => { if (this.#isOpen) { this.#follow(); } });
  }

  async open() {
    this.#isOpen = true;
    if (this.#status.value) { this.#renderFacts(this.#status.value); }
    await this.#load();
  }

  close() { this.#isOpen = false; }

  // The figures of the state bar's data at once; the rest when there is a new round, and now and then.
  #follow() {
    this.#renderFacts(this.#status.value);
    if (this.#status.value.model_round !== this.#drawnRound || Date.now() - this.#at > refreshEvery) { this.#load().catch(error => this.#status.lose(error)); }
  }

  #drawnRound = undefined;

  async #load() {
    this.#at = Date.now();
    this.#drawnRound = this.#status.value?.model_round;
    const data = await get('dashboard');
    const text = JSON.stringify(data);
    if (text === this.#drawn) { return; }
    this.#drawn = text;
    this.#renderAccuracy(data.rounds);
    this.#renderPath(data);
    this.#renderClasses(data.classes);
    this.#renderConfusion(data.confusion);
    this.#renderRounds(data.rounds);
    const model = data.rounds.at(-1);
    if (model) { setText(byId('model-note'), `Model of round ${model.round}, ${model.architecture}`); }
    byId('log').replaceChildren(...data.log.toReversed().map(line => el('li', {}, el('time', { datetime: line.time }, timeOfDay(line.time)), ' ', line.text)));
    byId('log-empty').hidden = data.log.length > 0;
  }

  #renderFacts(status) {
    const { accuracy, audit } = status;
    setText(byId('fact-accuracy'), accuracy === null ? 'Too few to tell' : percent(accuracy, 1));
    setText(byId('fact-accuracy-note'), accuracy === null
      ? `${number(audit.labelled)} of ${Math.max(fewest, audit.wanted ?? 0)} audit labels`
      : `95 % interval ${interval(status.interval)}, ±\u00a0${points(halfWidth(status))}, from ${plural(audit.labelled, 'audit label')}`);
    setText(byId('accuracy-width'), accuracy === null ? '' : narrower(status));
    setText(byId('fact-labels'), number(status.labelled));
    setText(byId('fact-labels-note'), `${number(status.labelled - audit.labelled)} to learn of ${status.budget ? number(status.budget) : plural(status.images, 'image')}, `
      + `${number(audit.labelled)} for the audit, ${number(status.skipped)} skipped, ${number(status.bad)} bad`);
    setText(byId('fact-speed'), status.labels_per_minute ? status.labels_per_minute.toFixed(status.labels_per_minute < 10 ? 1 : 0) : '–');
    setText(byId('fact-speed-note'), status.labellers.map(each => `${each.name || 'no name'}: ${number(each.labels)}`).join(', '));
    const [time, note] = nextBatch(status);
    setText(byId('fact-next'), time);
    setText(byId('fact-next-note'), note);
    for (const link of [byId('model-link'), byId('report-link')]) { link.hidden = status.model_round === null; }
    if (status.model_round === null) { setText(byId('model-note'), 'Model and report come with the first training.'); }
  }

  #renderAccuracy(rounds) {
    const told = rounds.filter(round => round.accuracy !== null && round.interval);
    const audit = rounds.at(-1)?.audit_labels ?? this.#status.value?.audit.labelled ?? 0;
    byId('accuracy').replaceChildren(told.length === 0
      ? el('p', { class: 'blank' }, `Too few to tell: the estimate needs ${fewest} audit labels, there are ${number(audit)}. They come by themselves among the images you label.`)
      : accuracyChart(told, `The ${told.length > 1 ? 'band' : 'bar'} is the 95 % interval. Estimated from audit images alone: the network never learns from them.`));
  }

  // A step for each new network, with the labels it was trained on.
  #renderPath({ rounds, architecture_path: path }) {
    const steps = path.map((name, index) => ({ name, first: rounds[index], last: rounds[index] }))
      .reduce((merged, step) => merged.at(-1)?.name === step.name ? [...merged.slice(0, -1), { ...merged.at(-1), last: step.last }] : [...merged, step], []);
    byId('path').replaceChildren(...steps.map(({ name, first, last }) => el('li', {}, el('b', {}, name), first
      ? el('small', {}, `${number(first.labels)}${last && last !== first ? ` to ${number(last.labels)}` : ''} labels, ${millions(first.parameters)}`) : null)));
    byId('path-empty').hidden = path.length > 0;
  }

  #renderClasses(classes) {
    const most = Math.max(1, ...classes.map(each => each.labels));
    byId('class-table').replaceChildren(...classes.map(each => {
      const balance = el('span', { class: 'bar' });
      setShare(balance, each.labels / most);
      const right = each.accuracy === null ? null : el('span', { class: 'bar good' });
      if (right) { setShare(right, each.accuracy); }
      return el('tr', {}, el('th', { scope: 'row' }, each.name), el('td', { class: 'number' }, number(each.labels)), el('td', { class: 'bar-cell' }, balance),
        el('td', { class: 'number' }, each.accuracy === null ? '–' : percent(each.accuracy)), el('td', { class: 'bar-cell' }, right),
        el('td', { class: 'number muted' }, `${number(each.correct)} of ${number(each.audit)}`));
    }));
  }

  // Rows are the truth, columns the network's answer; darker means a larger share of the row.
  #renderConfusion({ classes, counts }) {
    const total = counts.flat().reduce((sum, count) => sum + count, 0);
    byId('confusion-empty').hidden = total > 0;
    byId('confusion').replaceChildren(...total === 0 ? [] : [
      el('caption', { class: 'visually-hidden' }, 'Audit images by their label (rows) and the network’s answer (columns)'),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'label \\ network'), ...classes.map(name => el('th', { scope: 'col', title: name }, name)))),
      el('tbody', {}, ...classes.map((name, row) => {
        const sum = Math.max(1, counts[row].reduce((a, b) => a + b, 0));
        return el('tr', {}, el('th', { scope: 'row', title: name }, name), ...counts[row].map((count, column) => {
          const cell = el('td', { class: `number${row === column ? ' right' : count > 0 ? ' wrong' : ''}` }, count === 0 ? el('span', { class: 'zero' }, '0') : number(count));
          setShare(cell, count / sum);
          return cell;
        }));
      })),
    ]);
  }

  #renderRounds(rounds) {
    byId('rounds-empty').hidden = rounds.length > 0;
    byId('rounds').closest('table').hidden = rounds.length === 0;
    byId('rounds').replaceChildren(...rounds.toReversed().map(round => el('tr', {},
      el('th', { scope: 'row' }, String(round.round)), ...[
        number(round.labels), round.architecture ?? '–', round.parameters ? millions(round.parameters) : '–',
        round.accuracy === null ? 'too few to tell' : `${percent(round.accuracy, 1)} (${interval(round.interval)})`,
        known(round.validation_error, value => percent(value, 1)), known(round.train_loss, value => value.toFixed(3)), known(round.seconds, duration),
      ].map(text => el('td', { class: 'number' }, text)))));
  }
}

const known = (value, words) => value === null || value === undefined ? '–' : words(value);

const millions = parameters => parameters >= 1e6 ? `${(parameters / 1e6).toFixed(1)} M parameters` : `${Math.round(parameters / 1e3)} k parameters`;

const halfWidth = ({ interval: [low, high] }) => (high - low) / 2;

const points = share => plural(Number((100 * share).toFixed(share < 0.0995 ? 1 : 0)), 'point');

// What would make the interval narrower: it shrinks with the root of the audit labels.
function narrower(status) {
  const { labelled, reserved, share } = status.audit;
  const more = Math.min(4 * labelled, reserved);
  if (more <= labelled) { return `All ${plural(reserved, 'image')} kept for the audit ${reserved === 1 ? 'is' : 'are'} labelled: the interval stays as wide.`; }
  const width = `With ${number(more)} audit labels${more === reserved ? ', all there are,' : ''} the interval would be about ±\u00a0${points(halfWidth(status) * Math.sqrt(labelled / more))}.`;
  if (share <= 0) { return `${width} No more are asked for: the share of the audit is 0.`; }
  const from = Math.ceil(labelled / share);
  const pace = `${percent(share)} of the images shown are for the audit, at least ${number(status.audit.wanted)}`;
  return `${width} ${pace}${from > status.labelled + 1 ? `: the next come from ${number(from)} labels on` : ''}. A larger share (setting “audit”) brings them sooner.`;
}

// The server's own estimate while it works; before that, the labels that are missing at the pace of now.
function nextBatch(status) {
  if (status.state === 'done') { return ['–', 'Everything is labelled.']; }
  if (isWorking(status.state)) { return [status.eta_seconds === null ? '–' : duration(status.eta_seconds), 'until the network asks again']; }
  const missing = Math.max(0, status.batch.size - status.batch.done);
  const note = `${plural(missing, 'label')} missing in this batch`;
  return [status.labels_per_minute > 0 ? duration(60 * missing / status.labels_per_minute) : '–', note];
}
