/* A signature drawn with finger, pen or mouse: optional, kept in a hidden field as strokes on 1000 × 300. Without this nothing is missing. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("[data-drawing]"), function (box) {
    var canvas = box.querySelector("canvas"), field = box.querySelector("input"), pen = canvas.getContext("2d");
    var strokes = [], drawing = false;
    function at(event) {
      var frame = canvas.getBoundingClientRect();
      var x = Math.round((event.clientX - frame.left) / frame.width * 1000), y = Math.round((event.clientY - frame.top) / frame.height * 300);
      return [Math.max(0, Math.min(1000, x)), Math.max(0, Math.min(300, y))];
    }
    function keep() {
      var text = strokes.map(function (one) { return one.map(function (point) { return point.join(","); }).join(" "); }).join(";");
      if (text.length <= 8000) { field.value = text; return true; }
      return false;
    }
    canvas.addEventListener("pointerdown", function (event) {
      drawing = true; canvas.setPointerCapture(event.pointerId); strokes.push([at(event)]); event.preventDefault();
    });
    canvas.addEventListener("pointermove", function (event) {
      if (!drawing) { return; }
      var stroke = strokes[strokes.length - 1], last = stroke[stroke.length - 1], now = at(event);
      if (Math.abs(last[0] - now[0]) + Math.abs(last[1] - now[1]) < 6) { return; }
      stroke.push(now);
      if (!keep()) { stroke.pop(); return; }
      pen.beginPath(); pen.lineWidth = 5; pen.lineCap = "round"; pen.moveTo(last[0], last[1]); pen.lineTo(now[0], now[1]); pen.stroke();
    });
    ["pointerup", "pointercancel"].forEach(function (kind) { canvas.addEventListener(kind, function () { drawing = false; keep(); }); });
    box.querySelector("button").addEventListener("click", function () { strokes = []; field.value = ""; pen.clearRect(0, 0, 1000, 300); });
    field.value = "";
    box.hidden = false;
  });
}());
