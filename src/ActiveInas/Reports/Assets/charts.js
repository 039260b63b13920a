// Turns a figure (Figures/Figure.cs as JSON) into an option of Apache ECharts. The same file draws in the page and, run by the program
// itself, the SVG files.
'use strict';

var AinasCharts = (function () {
  var themes = {
    light: {
      background: '#ffffff', text: '#1b1f24', muted: '#59636e', line: '#d1d9e0', faint: '#eef1f4',
      colours: { ink: '#111111', blue: '#1f5fc4', red: '#c8322b', grey: '#6e7781', green: '#2a7d3f', orange: '#b35900', purple: '#7a43b6', teal: '#0f7c83', pink: '#b8337f', brown: '#7d5633' }
    },
    dark: {
      background: '#0f1419', text: '#e6edf3', muted: '#9aa5b1', line: '#39424c', faint: '#1b222a',
      colours: { ink: '#f2f5f8', blue: '#6ea8ff', red: '#ff7b72', grey: '#9aa5b1', green: '#5ccf7e', orange: '#f0a04b', purple: '#c297ff', teal: '#4fc7cf', pink: '#ff8cc6', brown: '#d0a27a' }
    }
  };

  function trimmed(text) { return text.indexOf('.') < 0 ? text : text.replace(/0+$/, '').replace(/\.$/, ''); }

  function grouped(value) {
    var parts = String(Math.abs(value)).split('.');
    parts[0] = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, ',');
    return (value < 0 ? '-' : '') + parts.join('.');
  }

  var formats = {
    plain: function (v) { return grouped(Math.abs(v) >= 100 ? Math.round(v) : Number(v.toPrecision(4))); },
    percent: function (v) { return trimmed((v * 100).toFixed(2)) + ' %'; },
    short: function (v) {
      var units = [[1e15, ' P'], [1e12, ' T'], [1e9, ' G'], [1e6, ' M'], [1e3, ' k']];
      for (var i = 0; i < units.length; i++) {
        if (Math.abs(v) >= units[i][0]) { return trimmed((v / units[i][0]).toPrecision(3)) + units[i][1]; }
      }
      return trimmed(v.toPrecision(3));
    },
    duration: function (v) {
      return v < 90 ? trimmed(v.toFixed(1)) + ' s' : v < 5400 ? trimmed((v / 60).toFixed(1)) + ' min' : trimmed((v / 3600).toFixed(1)) + ' h';
    }
  };

  function axis(spec, theme, isX) {
    var format = formats[spec.format];
    var result = {
      name: spec.title,
      nameLocation: 'middle',
      nameGap: isX ? 32 : 56,
      nameTextStyle: { color: theme.text, fontSize: 13 },
      axisLine: { show: true, lineStyle: { color: theme.muted } },
      axisTick: { lineStyle: { color: theme.muted } },
      axisLabel: { color: theme.text, fontSize: 12, hideOverlap: true },
      splitLine: { show: !isX, lineStyle: { color: theme.line, width: 1 } }
    };
    if (spec.scale === 'category') {
      result.type = 'category';
      result.data = spec.categories;
      if (isX && spec.categories.length > 6) { result.axisLabel.rotate = 40; result.axisLabel.hideOverlap = false; result.nameGap = 64; }
      return result;
    }
    result.type = spec.scale === 'logarithmic' ? 'log' : 'value';
    result.scale = true;
    result.axisLabel.formatter = function (v) { return format(v); };
    if (spec.min !== null && spec.min !== undefined) { result.min = spec.min; }
    if (spec.max !== null && spec.max !== undefined) { result.max = spec.max; }
    return result;
  }

  function band(series, colour) {
    var points = series.points.filter(function (p) { return p.low !== null && p.high !== null; });
    return {
      type: 'custom',
      name: series.name,
      silent: true,
      z: 1,
      tooltip: { show: false },
      clip: true,
      data: points.map(function (p) { return [p.x, p.low, p.high]; }),
      encode: { x: 0, y: [1, 2] },
      renderItem: function (params, api) {
        if (params.dataIndex !== 0) { return null; }
        var corners = points.map(function (p) { return api.coord([p.x, p.high]); });
        for (var i = points.length - 1; i >= 0; i--) { corners.push(api.coord([points[i].x, points[i].low])); }
        return { type: 'polygon', shape: { points: corners }, style: { fill: colour, opacity: 0.16 } };
      }
    };
  }

  var symbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin'];

  function series(figure, theme) {
    var all = [];
    var lines = 0;
    figure.series.forEach(function (s) {
      var colour = theme.colours[s.colour];
      var data = s.points.map(function (p) { return { value: [p.x, p.y], note: p.note }; });
      if (s.mark === 'line' || s.mark === 'guide') {
        var guide = s.mark === 'guide';
        if (s.points.some(function (p) { return p.low !== null && p.high !== null && p.low !== p.high; })) { all.push(band(s, colour)); }
        all.push({
          type: 'line', name: s.name, data: data, z: guide ? 1 : 3, connectNulls: false,
          symbol: guide ? 'none' : symbols[lines++ % symbols.length], symbolSize: 7, showAllSymbol: true,
          itemStyle: { color: colour }, lineStyle: { color: colour, width: guide ? 1 : 2, type: s.dash }
        });
      } else if (s.mark === 'scatter') {
        all.push({ type: 'scatter', name: s.name, data: data, symbol: symbols[lines++ % symbols.length], symbolSize: 10, itemStyle: { color: colour, opacity: 0.85 } });
      } else {
        all.push({
          type: 'bar', name: s.name, data: s.points.map(function (p) { return { value: p.y, note: p.note }; }),
          stack: s.mark === 'stackedBar' ? 'all' : undefined, itemStyle: { color: colour }, barMaxWidth: 28,
          decal: s.dash === 'solid' ? undefined : { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -0.6 }
        });
      }
    });
    return all;
  }

  function described(figure, value, isX) {
    var spec = isX ? figure.x : figure.y;
    return spec.scale === 'category' ? spec.categories[value] : value === null || value === undefined ? 'none' : formats[spec.format](Number(value));
  }

  function escaped(text) { return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'); }

  function tooltip(figure, theme) {
    return {
      trigger: 'item',
      confine: true,
      backgroundColor: theme.background,
      borderColor: theme.muted,
      textStyle: { color: theme.text, fontSize: 12 },
      formatter: function (item) {
        var point = item.data || {};
        if (figure.nodes.length > 0) { return item.dataType === 'node' ? escaped(point.note || point.name) : ''; }
        var value = point.value;
        var x = Array.isArray(value) ? value[0] : item.dataIndex;
        var y = Array.isArray(value) ? value[1] : value;
        return '<b>' + escaped(item.seriesName) + '</b><br>' + escaped(figure.x.title) + ': ' + escaped(described(figure, x, true)) + '<br>'
          + escaped(figure.y.title) + ': ' + escaped(described(figure, y, false)) + (point.note ? '<br>' + escaped(point.note) : '');
      }
    };
  }

  function graph(figure, theme) {
    var columns = Math.max.apply(null, figure.nodes.map(function (n) { return n.x; }));
    var rows = Math.max.apply(null, figure.nodes.map(function (n) { return n.y; }));
    var box = [Math.min(92, (figure.width - 110) / columns - 14), 48];
    return {
      type: 'graph',
      coordinateSystem: 'cartesian2d',
      symbol: 'roundRect',
      symbolSize: box,
      edgeSymbol: ['none', 'arrow'],
      edgeSymbolSize: 7,
      label: { show: true, color: theme.text, fontSize: box[0] < 60 ? 9 : 11, lineHeight: box[0] < 60 ? 12 : 14 },
      data: figure.nodes.map(function (n) {
        return {
          name: n.id, value: [n.x, n.y], note: n.note,
          itemStyle: {
            color: n.weight > 0 ? mix(theme.faint, theme.colours.blue, 0.15 + 0.45 * n.weight) : theme.faint,
            borderColor: n.weight > 0 ? theme.colours.blue : theme.line, borderWidth: n.weight > 0 ? 2 : 1
          },
          label: { formatter: n.lines.join('\n') }
        };
      }),
      links: figure.edges.map(function (e) {
        var from = node(figure, e.from), to = node(figure, e.to);
        var straight = from.y === to.y && to.x === from.x + 1;
        return {
          source: e.from, target: e.to,
          lineStyle: { color: e.strong ? theme.colours.blue : theme.muted, width: e.strong ? 2.5 : 1, opacity: e.strong ? 1 : 0.55, curveness: straight ? 0 : 0.08 }
        };
      }),
      columns: columns, rows: rows
    };
  }

  function node(figure, id) { return figure.nodes.filter(function (n) { return n.id === id; })[0]; }

  function mix(a, b, share) {
    function channel(text, i) { return parseInt(text.substr(1 + 2 * i, 2), 16); }
    var result = '#';
    for (var i = 0; i < 3; i++) {
      var value = Math.round(channel(a, i) * (1 - share) + channel(b, i) * share).toString(16);
      result += value.length < 2 ? '0' + value : value;
    }
    return result;
  }

  function graphAxis(spec, theme, most) {
    var result = axis(spec, theme, true);
    result.type = 'value';
    result.min = 0.4;
    result.max = most + 0.6;
    result.interval = 1;
    result.splitLine = { show: false };
    result.axisLabel.formatter = function (v) { return v === Math.round(v) ? String(v) : ''; };
    result.axisLabel.showMinLabel = false;
    result.axisLabel.showMaxLabel = false;
    return result;
  }

  function option(figure, themeName) {
    var theme = themes[themeName];
    var names = figure.series.map(function (s) { return s.name; });
    var result = {
      animation: false,
      backgroundColor: theme.background,
      textStyle: { fontFamily: 'system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif', color: theme.text },
      aria: { enabled: true, description: figure.title + '. ' + figure.caption },
      tooltip: tooltip(figure, theme),
      grid: { left: 76, right: 22, top: names.length > 1 ? 44 + 22 * Math.floor(names.join('    ').length / 90) : 18, bottom: 54 }
    };
    if (figure.nodes.length > 0) {
      var drawn = graph(figure, theme);
      result.grid.left = 52;
      result.xAxis = graphAxis(figure.x, theme, drawn.columns);
      result.yAxis = graphAxis(figure.y, theme, drawn.rows);
      result.yAxis.nameGap = 30;
      result.series = [drawn];
      return result;
    }
    result.xAxis = axis(figure.x, theme, true);
    result.yAxis = axis(figure.y, theme, false);
    if (result.xAxis.nameGap > 32) { result.grid.bottom = 92; }
    if (names.length > 1) {
      result.legend = { data: names.filter(function (n, i) { return names.indexOf(n) === i; }), top: 4, textStyle: { color: theme.text, fontSize: 12 }, itemWidth: 34, inactiveColor: theme.muted };
    }
    result.series = series(figure, theme);
    return result;
  }

  return { option: option, described: described };
})();

// The program calls this: one figure to the text of an SVG file.
function ainasSvg(figureJson, themeName) {
  var figure = JSON.parse(figureJson);
  var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: figure.width, height: figure.height });
  chart.setOption(AinasCharts.option(figure, themeName));
  var svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
