// The page of a report: draws its figures, follows light, dark and print, and lets the keyboard walk along the points.
'use strict';

(function () {
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var live = document.getElementById('live');
  var charts = [];
  var printing = false;

  function theme() { return dark.matches && !printing ? 'dark' : 'light'; }

  function draw(entry) {
    if (entry.chart) { entry.chart.dispose(); }
    entry.figure.width = entry.element.clientWidth;
    entry.chart = echarts.init(entry.element, null, { renderer: 'svg' });
    entry.chart.setOption(AinasCharts.option(entry.figure, theme()));
    entry.focus = null;
  }

  function redraw() { charts.forEach(draw); }

  // Points of a series that can be walked to, in order of drawing. Bands are drawn as series of their own and are skipped.
  function walkable(entry) {
    var drawn = entry.chart.getOption().series;
    var result = [];
    drawn.forEach(function (s, index) {
      if (s.type !== 'custom' && s.data && s.data.length > 0 && s.symbol !== 'none') { result.push({ index: index, name: s.name, data: s.data }); }
    });
    return result;
  }

  function walk(entry, key) {
    var all = walkable(entry);
    if (all.length === 0) { return; }
    var focus = entry.focus || { series: 0, point: -1 };
    if (key === 'ArrowRight') { focus.point++; }
    if (key === 'ArrowLeft') { focus.point--; }
    if (key === 'ArrowUp') { focus.series--; focus.point = Math.max(0, focus.point); }
    if (key === 'ArrowDown') { focus.series++; focus.point = Math.max(0, focus.point); }
    focus.series = (focus.series + all.length) % all.length;
    var data = all[focus.series].data;
    focus.point = (focus.point + data.length) % data.length;
    entry.focus = focus;
    entry.chart.dispatchAction({ type: 'showTip', seriesIndex: all[focus.series].index, dataIndex: focus.point });
    live.textContent = spoken(entry.figure, all[focus.series].name, data[focus.point], focus.point);
  }

  function spoken(figure, name, point, index) {
    if (figure.nodes.length > 0) { return point.note || point.name; }
    var value = point.value;
    var x = Array.isArray(value) ? value[0] : index;
    var y = Array.isArray(value) ? value[1] : value;
    return name + ', ' + figure.x.title + ' ' + AinasCharts.described(figure, x, true) + ': ' + figure.y.title + ' ' + AinasCharts.described(figure, y, false)
      + (point.note ? ', ' + point.note : '');
  }

  Array.prototype.forEach.call(document.querySelectorAll('script.figure-data'), function (script) {
    var entry = { element: document.getElementById(script.getAttribute('data-for')), figure: JSON.parse(script.textContent), chart: null, focus: null };
    charts.push(entry);
    entry.element.addEventListener('keydown', function (event) {
      if (event.key.indexOf('Arrow') === 0 && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); walk(entry, event.key); }
      if (event.key === 'Escape') { entry.chart.dispatchAction({ type: 'hideTip' }); entry.focus = null; }
    });
    entry.element.addEventListener('blur', function () { entry.chart.dispatchAction({ type: 'hideTip' }); });
    draw(entry);
  });

  dark.addEventListener('change', redraw);
  window.addEventListener('beforeprint', function () { printing = true; redraw(); });
  window.addEventListener('afterprint', function () { printing = false; redraw(); });
  var waiting = null;
  var width = window.innerWidth;
  window.addEventListener('resize', function () {
    if (window.innerWidth === width || printing) { return; }
    width = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 150);
  });
  document.documentElement.setAttribute('data-drawn', String(charts.length));
})();
