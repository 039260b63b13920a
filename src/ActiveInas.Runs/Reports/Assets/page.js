// The page of a report: draws its figures, follows light, dark and print, and lets the keyboard walk along the points.
'use strict';

(function () {
  var paper = { width: 680, height: 360 };
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var print = window.matchMedia('print');
  var live = document.getElementById('live');
  var charts = [];
  var printing = false;
  var drawnFor = '';

  function isPrinting() { return printing || print.matches; }

  function look() { return isPrinting() ? 'paper' : dark.matches ? 'dark' : 'light'; }

  function draw(entry) {
    var figure = entry.figure;
    if (entry.chart) { entry.chart.dispose(); }
    figure.width = Math.max(isPrinting() ? paper.width : entry.element.clientWidth, AinasCharts.leastWidth(figure));
    figure.height = isPrinting() && figure.nodes.length === 0 ? Math.min(entry.height, paper.height) : entry.height;
    var height = AinasCharts.height(figure);
    entry.canvas.style.width = figure.width + 'px';
    entry.canvas.style.height = height + 'px';
    entry.chart = echarts.init(entry.canvas, null, { renderer: 'svg', width: figure.width, height: height });
    entry.chart.setOption(AinasCharts.option(figure, look() === 'dark' ? 'dark' : 'light', entry.hidden));
    entry.chart.on('legendselectchanged', function (event) { entry.hidden = Object.keys(event.selected).filter(function (name) { return !event.selected[name]; }); });

    // The paper is as wide as it is: the picture shrinks or grows to it.
    entry.canvas.querySelector('svg').setAttribute('viewBox', '0 0 ' + figure.width + ' ' + height);
    entry.focus = null;
  }

  function redraw() {
    drawnFor = look();
    charts.forEach(draw);
  }

  function follow() { if (look() !== drawnFor) { redraw(); } }

  // Series that can be walked along, in order of drawing: not bands, arrows and guides.
  function walkable(entry) {
    var result = [];
    entry.chart.getOption().series.forEach(function (s, index) {
      if (s.type !== 'custom' && s.data && s.data.length > 0 && s.symbol !== 'none') { result.push({ index: index, name: s.name, data: s.data }); }
    });
    return result;
  }

  function leave(entry) {
    entry.chart.dispatchAction({ type: 'hideTip' });
    entry.chart.dispatchAction({ type: 'downplay' });
  }

  function isHidden(entry, series) { return entry.hidden.indexOf(series.name) >= 0; }

  var directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Home: [0, 0], End: [0, 0] };

  // From a point of a series, or from nowhere, in the direction of a key. Around the end of a series and of the series; a graph has borders.
  function step(entry, all, key) {
    var focus = entry.focus;
    var direction = directions[key];
    var length = all[focus ? focus.series : 0].data.length;
    if (key === 'Home' || !focus) { return { series: focus ? focus.series : 0, point: key === 'End' || key === 'ArrowLeft' ? length - 1 : 0 }; }
    if (key === 'End') { return { series: focus.series, point: length - 1 }; }
    if (entry.figure.nodes.length > 0) { return { series: 0, point: AinasGraph.beside(entry.figure, focus.point, direction[0], direction[1]) }; }
    var series = (focus.series - direction[1] + all.length) % all.length;
    length = all[series].data.length;
    return { series: series, point: direction[0] === 0 ? Math.min(focus.point, length - 1) : (focus.point + direction[0] + length) % length };
  }

  function walk(entry, key) {
    var all = walkable(entry);
    if (all.length === 0) { return; }
    entry.focus = step(entry, all, key);
    show(entry, all[entry.focus.series]);
  }

  function show(entry, series) {
    leave(entry);
    if (isHidden(entry, series)) {
      live.textContent = series.name + ', hidden';
      return;
    }
    var target = { seriesIndex: series.index, dataIndex: entry.focus.point };
    entry.chart.dispatchAction(Object.assign({ type: 'highlight' }, target));
    entry.chart.dispatchAction(Object.assign({ type: 'showTip' }, target));
    var point = series.data[entry.focus.point];
    if (entry.figure.nodes.length > 0) { entry.element.scrollLeft = entry.chart.convertToPixel({ seriesIndex: series.index }, point.value)[0] - entry.element.clientWidth / 2; }
    live.textContent = AinasFormats.point(entry.figure, series.name, point, entry.focus.point).join(', ');
  }

  // The legend for people without a mouse: hides the series that was walked to, or shows it again.
  function toggle(entry) {
    var series = entry.focus && walkable(entry)[entry.focus.series];
    if (!series || !series.name || entry.figure.nodes.length > 0 || !entry.chart.getOption().legend) { return; }
    entry.chart.dispatchAction({ type: 'legendToggleSelect', name: series.name });
    show(entry, series);
  }

  function press(entry, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) { return; }
    if (directions[event.key]) {
      walk(entry, event.key);
    } else if (event.key === ' ' || event.key === 'Enter') {
      toggle(entry);
    } else {
      return;
    }
    event.preventDefault();
  }

  Array.prototype.forEach.call(document.querySelectorAll('script.figure-data'), function (script) {
    var element = document.getElementById(script.getAttribute('data-for'));

    // Screen readers get the name, the description, the spoken points and the table; the strokes and texts of the picture are no help.
    var canvas = element.appendChild(document.createElement('div'));
    canvas.setAttribute('aria-hidden', 'true');
    var figure = JSON.parse(script.textContent);
    var entry = { element: element, canvas: canvas, figure: figure, height: figure.height, chart: null, focus: null, hidden: [] };
    charts.push(entry);
    element.addEventListener('keydown', function (event) { press(entry, event); });
    element.addEventListener('blur', function () { leave(entry); });
  });
  redraw();

  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') {
      charts.forEach(function (entry) {
        leave(entry);
        entry.focus = null;
      });
    }
  });
  dark.addEventListener('change', follow);
  print.addEventListener('change', follow);
  window.addEventListener('beforeprint', function () { printing = true; follow(); });
  window.addEventListener('afterprint', function () { printing = false; follow(); });
  var waiting = null;
  var width = window.innerWidth;
  window.addEventListener('resize', function () {
    if (window.innerWidth === width || isPrinting()) { return; }
    width = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 150);
  });
  document.documentElement.setAttribute('data-drawn', String(charts.length));
})();
