// Turns a figure (Figures/Figure.cs as JSON) into an option of Apache ECharts. The same file draws in the page and, run by the program
// itself, the SVG files.
'use strict';

var AinasCharts = (function () {
  var font = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif";
  var labelFont = '12px ' + font;
  var themes = {
    light: {
      background: '#ffffff', text: '#1b1f24', muted: '#59636e', line: '#d1d9e0', faint: '#eef1f4', stripe: 'rgba(255,255,255,0.32)', visited: 0.48,
      colours: { ink: '#111111', blue: '#1f5fc4', red: '#c8322b', grey: '#6e7781', green: '#2a7d3f', orange: '#b35900', purple: '#7a43b6', teal: '#0f7c83', pink: '#b8337f', brown: '#7d5633' }
    },
    dark: {
      background: '#0f1419', text: '#e6edf3', muted: '#9aa5b1', line: '#39424c', faint: '#1b222a', stripe: 'rgba(15,20,25,0.4)', visited: 0.38,
      colours: { ink: '#f2f5f8', blue: '#6ea8ff', red: '#ff7b72', grey: '#9aa5b1', green: '#5ccf7e', orange: '#f0a04b', purple: '#c297ff', teal: '#4fc7cf', pink: '#ff8cc6', brown: '#d0a27a' }
    }
  };
  var symbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin'];

  // What keeps bars apart where colours do not: nothing, stripes, stripes the other way, dots.
  var patterns = [
    null,
    { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -0.8 },
    { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: 0.8 },
    { symbol: 'circle', dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.7 }
  ];
  var line = { width: 34, gap: 12, row: 14, top: 6 };

  function textWidth(text) { return echarts.format.getTextRect(text, labelFont).width; }

  function longest(texts) { return Math.max.apply(null, texts.map(textWidth)); }

  function isBar(s) { return s.mark === 'bar' || s.mark === 'stackedBar'; }

  function isStroke(s) { return s.mark === 'line' || s.mark === 'guide'; }

  // Pixels for each category side by side.
  function slot(figure) { return (figure.width - 90) / figure.x.categories.length; }

  // Bars whose names would not fit below them lie on their side.
  function isLying(figure) {
    return figure.x.scale === 'category' && figure.series.length > 0 && figure.series.every(isBar) && (longest(figure.x.categories) > 130 || slot(figure) < 21);
  }

  function isSlanted(figure) { return longest(figure.x.categories) + 10 > slot(figure); }

  // Values of a logarithmic axis at 1, 2 and 5 times the powers of ten, from the last below the points to the first above them.
  function steps(figure, isX) {
    var values = [];
    figure.series.forEach(function (s) {
      s.points.forEach(function (p) { values = values.concat(isX ? [p.x] : [p.y, p.low, p.high]); });
    });
    values = values.filter(function (v) { return v > 0; });
    if (values.length === 0) { return null; }
    var least = Math.min.apply(null, values), most = Math.max.apply(null, values);
    var all = [];
    for (var power = Math.floor(Math.log10(least)); all.length === 0 || all[all.length - 1] < most || all.length < 2; power++) {
      [1, 2, 5].forEach(function (m) {
        var value = Number(m + 'e' + power);
        if (all.length === 0 || all[all.length - 1] < most || all.length < 2) {
          if (value <= least) { all = []; }
          all.push(value);
        }
      });
    }
    return all;
  }

  function logarithmic(result, figure, isX) {
    result.type = 'log';
    var values = steps(figure, isX);
    if (values === null) { return; }
    result.min = values[0] * (1 - 1e-9);
    result.max = values[values.length - 1] * (1 + 1e-9);
    var tens = values.filter(function (v) { return Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9; });
    ['axisTick', 'axisLabel', 'splitLine'].forEach(function (part) { result[part].customValues = values.length > 9 && tens.length > 1 ? tens : values; });
  }

  function axis(figure, theme, isX, isLow) {
    var spec = isX ? figure.x : figure.y;
    var result = {
      name: spec.title,
      nameLocation: 'middle',
      nameGap: isLow ? 32 : 50,
      nameTextStyle: { color: theme.text, fontSize: 13 },
      axisLine: { show: true, onZero: false, lineStyle: { color: theme.muted } },
      axisTick: { lineStyle: { color: theme.muted } },
      axisLabel: { color: theme.text, fontSize: 12, hideOverlap: true },
      splitLine: { show: !isX, lineStyle: { color: theme.line, width: 1 } }
    };
    if (spec.scale === 'category') {
      result.type = 'category';
      result.data = spec.categories;
      return result;
    }
    result.type = 'value';
    result.scale = true;
    result.axisLabel.formatter = function (v) { return AinasFormats.numbers[spec.format](v); };
    if (spec.scale === 'logarithmic') { logarithmic(result, figure, isX); }
    if (spec.format === 'duration') { result.interval = clockStep(figure, isX); }
    if (spec.min !== null && spec.min !== undefined) { result.min = spec.min; }
    if (spec.max !== null && spec.max !== undefined) { result.max = spec.max; }
    return result;
  }

  // Seconds between ticks, such that they read as whole minutes or hours.
  function clockStep(figure, isX) {
    var most = 0;
    figure.series.forEach(function (s) { s.points.forEach(function (p) { most = Math.max(most, (isX ? p.x : p.y) || 0); }); });
    var wanted = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200];
    for (var i = 0; i < wanted.length; i++) { if (most / wanted[i] <= 7) { return wanted[i]; } }
    return 86400 * Math.ceil(most / 86400 / 7);
  }

  function hasBand(s) { return s.points.some(function (p) { return p.low !== null && p.high !== null && p.low !== p.high; }); }

  function band(figure, s, colour) {
    var points = s.points.filter(function (p) { return p.low !== null && p.high !== null; });
    var floor = figure.y.scale === 'logarithmic' ? (steps(figure, false) || [1])[0] : -Infinity;
    return {
      type: 'custom',
      name: s.name,
      silent: true,
      z: 1,
      tooltip: { show: false },
      clip: true,
      data: points.map(function (p) { return [p.x, Math.max(p.low, floor), p.high]; }),
      encode: { x: 0, y: [1, 2] },
      renderItem: function (params, api) {
        if (params.dataIndex !== 0) { return null; }
        var corners = points.map(function (p) { return api.coord([p.x, p.high]); });
        for (var i = points.length - 1; i >= 0; i--) { corners.push(api.coord([points[i].x, Math.max(points[i].low, floor)])); }
        return { type: 'polygon', shape: { points: corners }, style: { fill: colour, opacity: 0.16 } };
      }
    };
  }

  function series(figure, theme) {
    var all = [];
    var marks = 0;
    figure.series.forEach(function (s) {
      var colour = theme.colours[s.colour];
      var data = s.points.map(function (p) { return { value: [p.x, p.y], note: p.note }; });
      if (isStroke(s)) {
        var guide = s.mark === 'guide';
        all.push({
          type: 'line', name: s.name, data: data, z: guide ? 1 : 3, connectNulls: false,
          symbol: guide ? 'none' : symbols[marks++ % symbols.length], symbolSize: 7, showAllSymbol: true,
          itemStyle: { color: colour }, lineStyle: { color: colour, width: guide ? 1 : 2, type: s.dash },
          emphasis: { scale: 1.8, itemStyle: { color: colour }, lineStyle: { color: colour } }
        });

        // Behind its line, but after it in the list: the legend takes the look of the first series of a name.
        if (hasBand(s)) { all.push(band(figure, s, colour)); }
      } else if (s.mark === 'scatter') {
        all.push({
          type: 'scatter', name: s.name, data: data, symbol: symbols[marks++ % symbols.length], symbolSize: 10,
          itemStyle: { color: colour, opacity: 0.85 }, emphasis: { scale: 1.5, itemStyle: { color: colour } }
        });
      } else {
        var pattern = patterns[marks++ % patterns.length];
        all.push({
          type: 'bar', name: s.name, data: s.points.map(function (p) { return { value: p.y, note: p.note }; }),
          stack: s.mark === 'stackedBar' ? 'all' : undefined, barMaxWidth: 28,
          itemStyle: { color: colour, decal: pattern === null ? undefined : Object.assign({ color: theme.stripe }, pattern) },
          emphasis: { itemStyle: { color: colour, borderColor: theme.text, borderWidth: 2 } }
        });
      }
    });
    return all;
  }

  // Above what it is about, or below where there is no room, so that it does not cover it.
  function beside(at, params, element, box, size) {
    var width = size.contentSize[0], height = size.contentSize[1];
    var away = 12 + Math.min(24, box ? box.height / 2 : 0);
    var above = at[1] - away - height;
    return [Math.max(0, Math.min(size.viewSize[0] - width, at[0] - width / 2)), above >= 0 ? above : Math.min(at[1] + away, size.viewSize[1] - height)];
  }

  function tooltip(figure, theme) {
    return {
      trigger: 'item',
      position: beside,
      transitionDuration: 0,
      backgroundColor: theme.background,
      borderColor: theme.muted,
      textStyle: { color: theme.text, fontSize: 13 },
      extraCssText: 'max-width: min(360px, 80vw); white-space: normal; overflow-wrap: anywhere;',
      formatter: function (item) {
        var lines = AinasFormats.point(figure, item.seriesName, item.data || {}, item.dataIndex).map(AinasFormats.escaped);
        return figure.nodes.length > 0 ? lines[0] : '<b>' + lines[0] + '</b><br>' + lines.slice(1).join('<br>');
      }
    };
  }

  function names(figure) { return figure.series.map(function (s) { return s.name; }).filter(function (n, i, all) { return all.indexOf(n) === i; }); }

  // Entries and how many rows they fill; null for a single series, which the title names.
  function legend(figure, theme, hidden) {
    var all = names(figure);
    if (all.length < 2) { return null; }
    var icon = figure.series.some(isStroke) ? line.width : line.row;
    var room = figure.width - icon - 25;
    var rows = 1, x = 0;
    all.forEach(function (name) {
      var width = icon + 5 + Math.min(room, textWidth(name));
      if (x > 0 && x + width > figure.width - 10) { rows++; x = 0; }
      x += width + line.gap;
    });
    return {
      data: all.map(function (name) {
        var guide = figure.series.some(function (s) { return s.name === name && s.mark === 'guide'; });
        return guide ? { name: name, icon: 'path://M0 0H34V2H0Z' } : { name: name };
      }),
      formatter: function (name) { return textWidth(name) > room ? echarts.format.truncateText(name, room, labelFont, '...') : name; },
      selected: (hidden || []).reduce(function (selected, name) { selected[name] = false; return selected; }, {}),
      top: line.top, padding: 0, itemGap: line.gap, itemWidth: icon, itemHeight: line.row, inactiveColor: theme.muted,
      textStyle: { color: theme.text, fontSize: 12 },
      rows: rows
    };
  }

  // The height that a figure wants at its width.
  function height(figure) {
    if (!isLying(figure)) { return figure.height; }
    var stacked = figure.series.some(function (s) { return s.mark === 'stackedBar'; });
    return Math.max(figure.height, 110 + figure.x.categories.length * Math.max(24, stacked ? 0 : figure.series.length * 8 + 8));
  }

  function leastWidth(figure) { return figure.nodes.length > 0 ? AinasGraph.leastWidth(figure) : 0; }

  function place(result, figure) {
    var grid = { left: 72, right: 24, top: line.top + (result.legend ? result.legend.rows * (line.row + line.gap) : 12), bottom: 54 };
    if (isLying(figure)) {
      var room = Math.min(longest(figure.x.categories), 0.42 * figure.width);
      grid.left = room + 20;
      Object.assign(result.yAxis.axisLabel, { width: room + 4, overflow: 'break', lineHeight: 14, hideOverlap: false, interval: 0 });
      Object.assign(result.yAxis, { inverse: true, name: '' });
    } else if (figure.x.scale === 'category' && isSlanted(figure)) {
      var longestName = longest(figure.x.categories);
      Object.assign(result.xAxis.axisLabel, { rotate: 35, hideOverlap: false, interval: 0 });
      grid.bottom = 26 + 0.6 * longestName;
      grid.left = Math.max(grid.left, 0.82 * textWidth(figure.x.categories[0]) - slot(figure) / 2 + 10);
      result.xAxis.nameGap = grid.bottom - 20;
    }
    if (figure.series.some(function (s) { return s.mark === 'scatter'; })) { result.xAxis.boundaryGap = ['4%', '4%']; result.yAxis.boundaryGap = ['4%', '4%']; }
    result.grid = grid;
  }

  // hidden: names of the series that are not drawn now.
  function option(figure, themeName, hidden) {
    var theme = themes[themeName];
    var lying = isLying(figure);
    var result = {
      animation: false,
      backgroundColor: theme.background,
      textStyle: { fontFamily: font, color: theme.text },
      tooltip: tooltip(figure, theme),
      xAxis: axis(figure, theme, !lying, true),
      yAxis: axis(figure, theme, lying, false)
    };
    if (figure.nodes.length > 0) { return AinasGraph.add(result, figure, theme); }
    result.legend = legend(figure, theme, hidden) || undefined;
    result.series = series(figure, theme);
    place(result, figure);
    return result;
  }

  return { option: option, height: height, leastWidth: leastWidth };
})();

// The program calls this: one figure to the text of an SVG file. No styles of hovering, ids that do not count what was drawn before, and
// texts shifted by themselves: several programs that draw SVG do not know dominant-baseline.
function ainasSvg(figureJson, themeName) {
  var figure = JSON.parse(figureJson);
  var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: figure.width, height: figure.height });
  chart.setOption(AinasCharts.option(figure, themeName));
  var svg = chart.getZr().painter.renderToString({ cssEmphasis: false, cssAnimation: false });
  chart.dispose();
  var words = '<title>' + AinasFormats.escaped(figure.title) + '</title>\n<desc>' + AinasFormats.escaped(figure.caption) + '</desc>\n';
  return svg.replace(/(id="|url\(#)zr\d+-/g, '$1')
    .replace(/ dominant-baseline="central"/g, ' dy="0.35em"')
    .replace(/ ecmeta_\w+="[^"]*"/g, '')
    .replace(/^<svg ([^>]*)>\n?/, function (all, attributes) { return '<svg role="img" ' + attributes + '>\n' + words; });
}
