// Accuracy over labels with its interval, drawn for the width there is. The table beside it has the numbers.

import { el, svg } from './dom.js';
import { number, percent } from './words.js';

const height = 260;
const margin = { left: 52, right: 16, top: 12, bottom: 40 };

// `points` are [{ labels, accuracy, interval: [low, high] }] in ascending order; draws again whenever the width changes.
export function accuracyChart(points, note) {
  const figure = el('div', { class: 'chart' });
  const read = el('p', { class: 'chart-note', 'aria-hidden': 'true' }, note);
  let width = 0;
  new ResizeObserver(() => {
    if (figure.clientWidth === width || figure.clientWidth === 0) { return; }
    width = figure.clientWidth;
    figure.replaceChildren(draw(points, width, text => { read.textContent = text ?? note; }));
  }).observe(figure);
  return el('div', {}, figure, read);
}

function draw(points, width, tell) {
  const most = Math.max(...points.map(point => point.labels));
  const least = Math.min(...points.map(point => point.labels));
  const floor = Math.floor(10 * Math.min(...points.map(point => point.interval[0]))) / 10;
  const room = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const x = labels => margin.left + (most === least ? room.width / 2 : (labels - least) / (most - least) * room.width);
  const y = share => margin.top + (1 - share) / (1 - floor) * room.height;
  const line = pick => points.map(point => `${x(point.labels).toFixed(1)},${y(pick(point)).toFixed(1)}`);

  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': description(points) });
  for (let share = 1; share > floor - 0.001; share -= floor < 0.5 ? 0.2 : 0.1) {
    picture.append(svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(share), y2: y(share) }),
      svg('text', { x: margin.left - 8, y: y(share) + 4, 'text-anchor': 'end' }, percent(share)));
  }

  // Labels of the axis keep their distance.
  let last = -Infinity;
  for (const point of points) {
    if (x(point.labels) - last < 48) { continue; }
    last = x(point.labels);
    picture.append(svg('text', { x: last, y: height - 20, 'text-anchor': 'middle' }, number(point.labels)));
  }

  picture.append(svg('text', { x: margin.left + room.width / 2, y: height - 3, 'text-anchor': 'middle', class: 'axis' }, 'labels'));
  if (points.length > 1) {
    picture.append(svg('polygon', { class: 'band', points: [...line(p => p.interval[1]), ...line(p => p.interval[0]).reverse()].join(' ') }));
    picture.append(svg('polyline', { class: 'line', points: line(p => p.accuracy).join(' ') }));
  }

  for (const point of points) {
    const at = x(point.labels);
    if (points.length === 1) { picture.append(svg('line', { class: 'whisker', x1: at, x2: at, y1: y(point.interval[0]), y2: y(point.interval[1]) })); }
    picture.append(svg('circle', { class: 'dot', cx: at, cy: y(point.accuracy), r: 4 }));
  }

  picture.addEventListener('pointermove', event => {
    const at = event.clientX - picture.getBoundingClientRect().left;
    tell(sentence(points.reduce((best, point) => Math.abs(x(point.labels) - at) < Math.abs(x(best.labels) - at) ? point : best)));
  });
  picture.addEventListener('pointerleave', () => tell(null));
  return picture;
}

const sentence = point => `${number(point.labels)} labels: ${percent(point.accuracy, 1)}, 95 % interval ${percent(point.interval[0], 1)} to ${percent(point.interval[1], 1)}`;

const description = points => `Accuracy over labels. ${points.map(sentence).join('; ')}.`;
