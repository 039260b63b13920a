// Numbers and texts of figures as people read them.
'use strict';

var AinasFormats = (function () {
  function trimmed(text) { return text.indexOf('.') < 0 ? text : text.replace(/0+$/, '').replace(/\.$/, ''); }

  function grouped(value) {
    var parts = String(Math.abs(value)).split('.');
    parts[0] = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, ',');
    return (value < 0 ? '-' : '') + parts.join('.');
  }

  var numbers = {
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

  // A value of an axis: its category, or its number.
  function described(axis, value) {
    return axis.scale === 'category' ? axis.categories[value] : value === null || value === undefined ? 'none' : numbers[axis.format](Number(value));
  }

  // [line, ...] for one point: what people read who point at it, and what is spoken to people who walk to it.
  function point(figure, name, data, index) {
    if (figure.nodes.length > 0) { return [data.note || data.name]; }
    var pair = Array.isArray(data.value);
    var lines = [
      name,
      (figure.x.title ? figure.x.title + ': ' : '') + described(figure.x, pair ? data.value[0] : index),
      figure.y.title + ': ' + described(figure.y, pair ? data.value[1] : data.value)
    ];
    return data.note ? lines.concat(data.note) : lines;
  }

  function escaped(text) { return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'); }

  return { numbers: numbers, point: point, escaped: escaped };
})();
