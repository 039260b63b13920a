// What the page has to say besides its views: short notes, and the notice that stays while the server is away.

import { byId, setText } from './dom.js';
import { plural } from './words.js';

let timer = null;

// A note of some seconds; one that reports a loss stays longer.
export function toast(text, isSerious = false) {
  const note = byId('toast');
  note.textContent = text;
  note.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { note.hidden = true; }, isSerious ? 12_000 : 3_000);
}

const problems = {
  'unreachable': 'The server cannot be reached. Trying again.',
  'busy': 'The server cannot answer right now. Trying again.',
  'signed-out': 'This page is no longer signed in: open the start address that the server printed, in this browser.',
};

// Says how many answers wait, too: they are sent when the server is back.
export function showProblem(problem, waiting) {
  const notice = byId('problem');
  notice.hidden = problem === null;
  if (problem !== null) { setText(notice, problems[problem] + (waiting > 0 ? ` ${plural(waiting, 'answer')} kept here until then; nothing is lost.` : '')); }
}

// Answers under way, where they take long enough to be noticed.
export function showWaiting(waiting) {
  byId('saving').hidden = waiting === 0;
  setText(byId('saving'), waiting === 0 ? '' : `Saving ${waiting}`);
}
