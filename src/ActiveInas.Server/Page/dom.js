// Elements, and nothing else: no framework, no strings of HTML (a class named "<b>" is a text like any other).

const svgNamespace = 'http://www.w3.org/2000/svg';

export const byId = id => document.getElementById(id);

// el('button', { class: 'small', onclick: run, 'aria-label': 'Run' }, 'Run'). A value of false or null leaves the attribute out.
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) { continue; }
    if (name.startsWith('on')) { element.addEventListener(name.slice(2), value); } else { element.setAttribute(name, value === true ? '' : value); }
  }

  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export const keyCap = text => el('kbd', {}, text);

// A bar is wide in proportion to what it shows; styles set by script are allowed where a policy forbids inline ones.
export function setShare(element, share) { element.style.setProperty('--share', String(Math.min(1, Math.max(0, share)))); }

// Leaves an element alone whose text is right already, so that screen readers are not told again.
export function setText(element, text) { if (element.textContent !== text) { element.textContent = text; } }
