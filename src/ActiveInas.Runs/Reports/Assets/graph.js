// A graph on a grid: boxes with text, and arrows from border to border, to the right for a neighbour and upwards otherwise.
'use strict';

var AinasGraph = (function () {
  var boxHeight = 48;
  var arrow = 22;
  var frame = { left: 52, right: 12, top: 18, bottom: 54 };

  function columns(figure) { return Math.max.apply(null, figure.nodes.map(function (n) { return n.x; })); }

  // Pixels below which the texts of a box would not fit into it.
  function leastWidth(figure) { return frame.left + frame.right + columns(figure) * (64 + arrow); }

  function boxWidth(figure) { return Math.min(92, (figure.width - frame.left - frame.right) / columns(figure) - arrow); }

  function boxes(figure, theme) {
    var width = boxWidth(figure);
    return {
      type: 'scatter',
      symbol: 'roundRect',
      symbolSize: [width, boxHeight],
      z: 3,
      label: { show: true, position: 'inside', color: theme.text, fontSize: width < 70 ? 10 : 11, lineHeight: 14 },
      data: figure.nodes.map(function (n) {
        var colour = n.weight > 0 ? mix(theme.faint, theme.colours.blue, 0.12 + theme.visited * n.weight) : theme.faint;
        return {
          name: n.id, value: [n.x, n.y], note: n.note,
          itemStyle: { opacity: 1, color: colour, borderColor: n.weight > 0 ? theme.colours.blue : theme.line, borderWidth: n.weight > 0 ? 2 : 1 },
          emphasis: { scale: 1.08, itemStyle: { color: colour, borderColor: theme.text, borderWidth: 2 } },
          label: { formatter: n.lines.join('\n') }
        };
      })
    };
  }

  function arrows(figure, theme) {
    var width = boxWidth(figure);
    return {
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
        var start = sideways ? [a[0] + width / 2, a[1]] : [a[0], a[1] - boxHeight / 2];
        var end = sideways ? [b[0] - width / 2 - 1, b[1]] : [b[0], b[1] + boxHeight / 2 + 1];
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

  // Whole numbers in the middle of their column or row.
  function grid(axis, most) {
    axis.type = 'value';
    axis.min = 0.5;
    axis.max = most + 0.5;
    axis.interval = 0.5;
    axis.axisTick = { show: false };
    axis.splitLine = { show: false };
    axis.axisLabel.formatter = function (v) { return v === Math.round(v) ? String(v) : ''; };
    axis.axisLabel.showMinLabel = false;
    axis.axisLabel.showMaxLabel = false;
    return axis;
  }

  function add(result, figure, theme) {
    result.grid = frame;
    result.xAxis = grid(result.xAxis, columns(figure));
    result.yAxis = grid(result.yAxis, Math.max.apply(null, figure.nodes.map(function (n) { return n.y; })));
    result.yAxis.nameGap = 30;
    result.series = [arrows(figure, theme), boxes(figure, theme)];
    return result;
  }

  // The index of the node beside one, or its own where there is none.
  function beside(figure, index, columns, rows) {
    var from = figure.nodes[index];
    var found = figure.nodes.map(function (n) { return n.x === from.x + columns && n.y === from.y + rows; }).indexOf(true);
    return found < 0 ? index : found;
  }

  return { add: add, leastWidth: leastWidth, beside: beside };
})();
