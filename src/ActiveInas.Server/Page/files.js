// Labels out and in, the model and the report.

import { postFile } from './api.js';
import { byId, el, setText } from './dom.js';
import { number, plural } from './words.js';

const names = {
  'tree': 'Folders, one a class', 'csv': 'CSV', 'jsonl': 'JSON Lines', 'label-studio': 'Label Studio', 'fiftyone': 'FiftyOne', 'imagenet-txt': 'ImageNet text files',
};

const shown = 20;

export function setFormats(formats, onImported) {
  const name = format => names[format] ?? format;
  byId('exports').replaceChildren(...formats.map(format =>
    el('li', {}, el('a', { class: 'button', href: `/api/v1/export?format=${encodeURIComponent(format)}`, download: true }, name(format)))));
  byId('import-format').replaceChildren(...formats.map(format => el('option', { value: format }, name(format))));
  byId('import').addEventListener('submit', event => {
    event.preventDefault();
    bringIn(onImported);
  });
}

async function bringIn(onImported) {
  const [file] = byId('import-file').files;
  if (!file) { return; }
  byId('import-button').disabled = true;
  setText(byId('import-note'), `Reading ${file.name} (${number(Math.ceil(file.size / 1024))} KiB)`);
  byId('import-problems').replaceChildren();
  try {
    const result = await postFile(`import?format=${encodeURIComponent(byId('import-format').value)}`, file);
    setText(byId('import-note'), `${plural(result.imported, 'label')} imported, ${number(result.unchanged)} known already, ${plural(result.conflicts.length, 'conflict')}, ${number(result.unknown.length)} of unknown images.`);
    byId('import-problems').replaceChildren(...list('Conflicts: labelled otherwise here, left as they are', result.conflicts), ...list('No image of this project', result.unknown));
    onImported();
  } catch (error) {
    setText(byId('import-note'), `Nothing was imported: ${error.message}`);
  } finally {
    byId('import-button').disabled = false;
  }
}

function list(title, items) {
  if (items.length === 0) { return []; }
  const lines = items.slice(0, shown).map(item => el('li', {}, typeof item === 'string' ? item : Object.values(item).join(', ')));
  const rest = items.length > shown ? [el('li', { class: 'muted' }, `and ${number(items.length - shown)} more`)] : [];
  return [el('details', { open: true }, el('summary', {}, title), el('ul', {}, ...lines, ...rest))];
}
