// What the run does now, how far it is and how long it still takes: on every view.

import { byId, setShare, setText } from './dom.js';
import { duration, isWorking, percent, probability, stateName } from './words.js';

export function renderState(status) {
  const working = isWorking(status.state);
  byId('state').dataset.state = status.state;
  setText(byId('state-name'), working && status.message ? status.message.replace(/\.$/, '') : stateName(status.state));
  setText(byId('state-message'), details(status).join(' · '));
  setText(byId('state-accuracy'), status.accuracy === null ? `accuracy: too few labels to tell` : `accuracy ${percent(status.accuracy)} (${interval(status.interval)})`);

  const bar = byId('state-bar');
  bar.hidden = !working;
  bar.classList.toggle('unknown', status.progress === null);
  setShare(bar, status.progress ?? 0);
  if (status.progress === null) { bar.removeAttribute('aria-valuenow'); } else { bar.setAttribute('aria-valuenow', String(Math.round(100 * status.progress))); }

  // Screen readers hear of a new state, not of every percent.
  setText(byId('state-spoken'), `${stateName(status.state)}. Round ${status.round}.`);
  document.title = `${working && status.progress !== null ? `${percent(status.progress)} · ` : ''}${byId('project-name').textContent} · ActiveInas`;
}

export const interval = ([low, high]) => `${percent(low)} to ${percent(high)}`;

function details(status) {
  const parts = [];
  if (status.message && !isWorking(status.state)) { parts.push(status.message); }
  if (isWorking(status.state)) {
    if (status.progress !== null) { parts.push(probability(status.progress)); }
    if (status.eta_seconds !== null) { parts.push(`about ${duration(status.eta_seconds)} left`); }
  }

  return parts;
}
