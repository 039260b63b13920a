// Numbers and states in words. A number and its unit stay on one line (U+00A0).

export const number = value => value.toLocaleString('en-GB');

export function percent(share, digits = 0) { return `${(100 * share).toFixed(digits)}\u00a0%`; }

// Probabilities stop short of certainty, in words too.
export function probability(p) { return p > 0.995 && p < 1 ? '>\u00a099\u00a0%' : p > 0 && p < 0.005 ? '<\u00a01\u00a0%' : percent(p); }

export function duration(seconds) {
  if (seconds < 1) { return 'a moment'; }
  if (seconds < 90) { return `${Math.round(seconds)}\u00a0s`; }
  if (seconds < 90 * 60) { return `${Math.round(seconds / 60)}\u00a0min`; }
  return `${(seconds / 3600).toFixed(1)}\u00a0h`;
}

export function plural(count, one, many = `${one}s`) { return `${number(count)} ${count === 1 ? one : many}`; }

export function timeOfDay(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

const states = {
  labelling: 'Waiting for labels',
  searching: 'Searching for the network',
  training: 'Training the network',
  querying: 'Choosing the next images',
  idle: 'Idle',
  done: 'Done',
  error: 'Stopped by an error',
};

export const stateName = state => states[state] ?? state;

// While these last, the next batch is being made.
export const isWorking = state => state === 'searching' || state === 'training' || state === 'querying';

const reasons = {
  initial: 'One of the first images',
  query: 'Asked for by the network',
  ahead: 'Labelled ahead while the network learns',
  audit: 'For the accuracy estimate: no suggestion, so that it stays honest',
};

export const reasonName = reason => reasons[reason] ?? reason ?? '';

// What was answered, for people: a class, or what stands in its place.
export function answerName(action, name) { return action === 'skip' ? 'skipped' : action === 'bad' ? 'bad image' : name ?? 'no answer'; }
