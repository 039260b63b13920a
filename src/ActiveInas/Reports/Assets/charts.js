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

  // Names that would not fit side by side stand at an angle.
  function slanted(categories) {
    return categories.length > 6 || categories.length * Math.max.apply(null, categories.map(function (name) { return name.length; })) > 80;
  }

  function axis(spec, theme, isX) {
    var format = formats[spec.format];
    var result = {
      name: spec.title,
      nameLocation: 'middle',
      nameGap: isX ? 32 : 56,
      nameTextStyle: { color: theme.text, fontSize: 13 },
      axisLine: { show: true, onZero: false, lineStyle: { color: theme.muted } },
      axisTick: { lineStyle: { color: theme.muted } },
      axisLabel: { color: theme.text, fontSize: 12, hideOverlap: true },
      splitLine: { show: !isX, lineStyle: { color: theme.line, width: 1 } }
    };
    if (spec.scale === 'category') {
      result.type = 'category';
      result.data = spec.categories;
      if (isX && slanted(spec.categories)) { result.axisLabel.rotate = 35; result.axisLabel.hideOverlap = false; result.nameGap = 64; }
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
        all.push({
          type: 'line', name: s.name, data: data, z: guide ? 1 : 3, connectNulls: false,
          symbol: guide ? 'none' : symbols[lines++ % symbols.length], symbolSize: 7, showAllSymbol: true,
          itemStyle: { color: colour }, lineStyle: { color: colour, width: guide ? 1 : 2, type: s.dash }
        });

        // Behind its line, but after it in the list: the legend takes the look of the first series of a name.
        if (s.points.some(function (p) { return p.low !== null && p.high !== null && p.low !== p.high; })) { all.push(band(s, colour)); }
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
        if (figure.nodes.length > 0) { return escaped(point.note || point.name); }
        var value = point.value;
        var x = Array.isArray(value) ? value[0] : item.dataIndex;
        var y = Array.isArray(value) ? value[1] : value;
        return '<b>' + escaped(item.seriesName) + '</b><br>' + escaped(figure.x.title) + ': ' + escaped(described(figure, x, true)) + '<br>'
          + escaped(figure.y.title) + ': ' + escaped(described(figure, y, false)) + (point.note ? '<br>' + escaped(point.note) : '');
      }
    };
  }

  // A graph on a grid: boxes with text, and arrows from border to border, to the right for a neighbour and upwards otherwise.
  function graph(figure, theme, columns) {
    var box = [Math.min(92, (figure.width - 110) / columns - 26), 48];
    var nodes = {
      type: 'scatter',
      symbol: 'roundRect',
      symbolSize: box,
      z: 3,
      label: { show: true, position: 'inside', color: theme.text, fontSize: box[0] < 60 ? 9 : 11, lineHeight: box[0] < 60 ? 12 : 14 },
      data: figure.nodes.map(function (n) {
        return {
          name: n.id, value: [n.x, n.y], note: n.note,
          itemStyle: {
            opacity: 1, color: n.weight > 0 ? mix(theme.faint, theme.colours.blue, 0.15 + 0.45 * n.weight) : theme.faint,
            borderColor: n.weight > 0 ? theme.colours.blue : theme.line, borderWidth: n.weight > 0 ? 2 : 1
          },
          label: { formatter: n.lines.join('\n') }
        };
      })
    };
    var edges = {
      type: 'custom',
      silent: true,
      z: 2,
      tooltip: { show: false },
      data: figure.edges.map(function (e, i) { return [node(figure, e.from).x, node(figure, e.from).y, i]; }),
      encode: { x: 0, y: 1 },
      renderItem: function (params, api) {
        var edge = figure.edges[api.value(2)];
        var from = node(figure, edge.from), to = node(figure, edge.to);
        var a = api.coord([from.x, from.y]), b = api.coord([to.x, to.y]);
        var sideways = from.y === to.y;
        var start = sideways ? [a[0] + box[0] / 2, a[1]] : [a[0], a[1] - box[1] / 2];
        var end = sideways ? [b[0] - box[0] / 2 - 1, b[1]] : [b[0], b[1] + box[1] / 2 + 1];
        var colour = edge.strong ? theme.colours.blue : theme.muted;
        return {
          type: 'group',
          children: [
            { type: 'line', shape: { x1: start[0], y1: start[1], x2: end[0], y2: end[1] }, style: { stroke: colour, lineWidth: edge.strong ? 2.5 : 1 } },
            { type: 'polygon', shape: { points: arrowhead(start, end) }, style: { fill: colour } }
          ]
        };
      }
    };
    return [edges, nodes];
  }

  function arrowhead(start, end) {
    var length = Math.sqrt(Math.pow(end[0] - start[0], 2) + Math.pow(end[1] - start[1], 2)) || 1;
    var x = (end[0] - start[0]) / length, y = (end[1] - start[1]) / length;
    return [end, [end[0] - 8 * x + 4 * y, end[1] - 8 * y - 4 * x], [end[0] - 8 * x - 4 * y, end[1] - 8 * y + 4 * x]];
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
    result.min = 0.5;
    result.max = most + 0.5;
    result.interval = 0.5;
    result.axisTick = { show: false };
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
      textStyle: { fontFamily: "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif", color: theme.text },
      aria: { enabled: true, description: figure.title + '. ' + figure.caption },
      tooltip: tooltip(figure, theme),
      grid: { left: 76, right: 22, top: names.length > 1 ? 44 + 22 * Math.floor(names.join('    ').length / 90) : 18, bottom: 54 }
    };
    if (figure.nodes.length > 0) {
      var columns = Math.max.apply(null, figure.nodes.map(function (n) { return n.x; }));
      var rows = Math.max.apply(null, figure.nodes.map(function (n) { return n.y; }));
      result.grid.left = 52;
      result.xAxis = graphAxis(figure.x, theme, columns);
      result.yAxis = graphAxis(figure.y, theme, rows);
      result.yAxis.nameGap = 30;
      result.series = graph(figure, theme, columns);
      return result;
    }
    result.xAxis = axis(figure.x, theme, true);
    result.yAxis = axis(figure.y, theme, false);
    if (result.xAxis.nameGap > 32) {
      result.grid.bottom = 24 + 4.2 * Math.max.apply(null, figure.x.categories.map(function (name) { return name.length; }));
      result.grid.left = 110;
    }
    if (figure.series.some(function (s) { return s.mark === 'scatter'; })) { result.xAxis.boundaryGap = ['4%', '4%']; result.yAxis.boundaryGap = ['4%', '4%']; }
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
