// Which key does what. Digits are read by their place on the keyboard: layouts that need Shift for a digit label as well.

const digits = /^(?:Digit|Numpad)([0-9])$/;

const plain = {
  'Enter': 'accept', ' ': 'skip', 'Backspace': 'undo', 'ArrowLeft': 'back', 'ArrowRight': 'forward', 'ArrowUp': 'up', 'ArrowDown': 'down',
  'x': 'bad', 'X': 'bad', '/': 'filter', '?': 'help', 'z': 'zoom', 'Z': 'zoom', '+': 'larger', '-': 'smaller', 'Escape': 'leave',
};

// What may go on while a key is held down; a label may not.
const repeating = new Set(['back', 'forward', 'up', 'down', 'larger', 'smaller']);

// { name, index } for a key press, or null where it means nothing here.
export function commandOf(event) {
  if (event.defaultPrevented || event.isComposing || isTyping(event.target)) { return null; }
  const command = nameOf(event);
  return command === null || (event.repeat && !repeating.has(command.name)) ? null : command;
}

function nameOf(event) {
  if (event.ctrlKey || event.metaKey) { return !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'z' ? { name: 'undo' } : null; }
  if (event.altKey) { return null; }

  // Where a slash is typed with Shift and a digit, it is the slash that is meant.
  const digit = event.key === '/' ? null : digitOf(event);
  if (digit !== null) { return { name: 'class', index: (digit + 9) % 10 + (event.shiftKey ? 10 : 0) }; }

  // On a button or a link, Enter and Space belong to that; a card of the review is chosen already when it has the focus.
  if ((event.key === 'Enter' || event.key === ' ') && event.target.closest?.('button:not(.card), a[href], summary, [role=option]')) { return null; }
  return plain[event.key] ? { name: plain[event.key] } : null;
}

// A key of the number pad without Num Lock moves, it does not label.
function digitOf(event) {
  const match = digits.exec(event.code);
  if (match === null || (event.code.startsWith('Numpad') && !/^[0-9]$/.test(event.key))) { return null; }
  return Number(match[1]);
}

function isTyping(target) {
  return target.isContentEditable || target.closest?.('select, textarea, input:not([type=checkbox], [type=radio], [type=button], [type=file])') !== null;
}

// The key of the class at an index, as it stands on its button; null beyond the twentieth.
export function keyOfClass(index) {
  return index < 10 ? String((index + 1) % 10) : index < 20 ? `⇧${(index + 1) % 10}` : null;
}
