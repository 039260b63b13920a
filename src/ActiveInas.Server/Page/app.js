// The page, in order: the session, the project, the parts, the keys, the views.

import { get, isPassing, openSession, post } from './api.js';
import { Classes } from './classes.js';
import { Dashboard } from './dashboard.js';
import { byId, setText } from './dom.js';
import { Feed } from './feed.js';
import { setFormats } from './files.js';
import { commandOf } from './keys.js';
import { LabelView } from './label.js';
import { showProblem, showWaiting, toast } from './notices.js';
import { Outbox } from './outbox.js';
import { Review } from './review.js';
import { renderState } from './statebar.js';
import { Status } from './status.js';
import { Undo } from './undo.js';

const status = new Status();
const outbox = new Outbox();
const classes = new Classes(outbox);
const feed = new Feed(outbox, () => label.pixels);
const undo = new Undo(outbox);
const label = new LabelView({ outbox, feed, classes, status, undo });
const review = new Review({ outbox, classes, status, undo });
const dashboard = new Dashboard(status);

await reach();
await start();

// The server may still be starting: the page waits for it instead of failing.
async function reach() {
  for (;;) {
    try {
      nameLabeller((await openSession()).labeller);
      const project = await get('project');
      setText(byId('project-name'), project.name);
      classes.set(project.classes);
      setFormats(project.formats, refreshProject);
      return;
    } catch (error) {
      status.lose(error);
      if (!isPassing(error)) { toast(error.message, true); }
      await new Promise(done => setTimeout(done, 2_000));
    }
  }
}

async function start() {
  wireNotices();
  wireDialogs();
  document.addEventListener('keydown', onKey);
  document.addEventListener('mousedown', keepFocus);
  window.addEventListener('hashchange', () => {
    show();
    byId('main').focus({ preventScroll: true });
    window.scrollTo(0, 0);
  });
  window.addEventListener('pagehide', () => feed.release());
  window.addEventListener('pageshow', event => { if (event.persisted) { location.reload(); } });
  window.addEventListener('beforeunload', event => { if (outbox.count > 0) { event.preventDefault(); } });
  status.start();
  outbox.start();
  show();
  await label.start().catch(error => status.lose(error));
}

async function refreshProject() {
  classes.set((await get('project')).classes);
  status.refresh();
}

function wireNotices() {
  const notice = () => showProblem(status.problem, outbox.count);
  let slow = null;
  status.addEventListener('change', () => renderState(status.value));
  status.addEventListener('reach', notice);
  feed.addEventListener('lost', event => status.lose(event.detail.error));
  outbox.addEventListener('lost', event => status.lose(event.detail.error));
  outbox.addEventListener('found', () => status.found());
  outbox.addEventListener('change', () => {
    notice();
    clearTimeout(slow);
    if (outbox.count === 0) { showWaiting(0); } else { slow = setTimeout(() => showWaiting(outbox.count), 400); }
  });
}

function onKey(event) {
  if (document.querySelector('dialog[open]') !== null || (byId('keys-on').checked === false && event.key !== '?')) { return; }
  const command = commandOf(event);
  const view = viewName();
  if (command === null) { return; }
  if (command.name === 'help') { showHelp(); } else if (view === 'label') { label.run(command); } else if (view === 'review') { review.run(command); } else { return; }
  event.preventDefault();
}

// A click leaves the focus where it was, or Enter would press the same button again instead of accepting the suggestion.
function keepFocus(event) { if (event.target.closest('button, nav a') !== null && event.target.closest('dialog') === null) { event.preventDefault(); } }

function viewName() { return ['review', 'dashboard'].find(name => location.hash === `#${name}`) ?? 'label'; }

function show() {
  const view = viewName();
  for (const section of document.querySelectorAll('main > section')) { section.hidden = section.id !== `view-${view}`; }
  for (const link of document.querySelectorAll('nav a')) { if (link.hash === `#${view}`) { link.setAttribute('aria-current', 'page'); } else { link.removeAttribute('aria-current'); } }
  document.body.dataset.view = view;
  dashboard.close();
  if (view === 'dashboard') { dashboard.open().catch(error => status.lose(error)); }
  if (view === 'review') { review.open().catch(error => status.lose(error)); }
}

// Answers and images in hand belong to the one who had them.
async function changeLabeller(name) {
  await outbox.drained();
  await feed.release();
  nameLabeller((await post('session', { labeller: name })).labeller);
  await label.start();
}

// The focus is on its last line; reading begins with the first.
function showHelp() {
  byId('help').showModal();
  byId('help').scrollTop = 0;
}

function nameLabeller(name) { setText(byId('labeller'), name || 'Your name'); }

function wireDialogs() {
  const shortcuts = byId('keys-on');
  shortcuts.checked = localStorage.getItem('ainas.keys') !== 'off';
  shortcuts.addEventListener('change', () => localStorage.setItem('ainas.keys', shortcuts.checked ? 'on' : 'off'));
  byId('help-button').addEventListener('click', showHelp);
  byId('labeller').addEventListener('click', () => byId('labeller-dialog').showModal());
  for (const button of document.querySelectorAll('dialog [data-close]')) { button.addEventListener('click', () => button.closest('dialog').close()); }
  byId('labeller-form').addEventListener('submit', async event => {
    event.preventDefault();
    try {
      await changeLabeller(byId('labeller-name').value.trim());
      byId('labeller-dialog').close();
      status.refresh();
    } catch (error) {
      setText(byId('labeller-note'), error.message);
    }
  });
}
