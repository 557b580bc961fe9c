/* Small conveniences. Every task works without this file. */
(function () {
  "use strict";
  var each = function (what, how) { Array.prototype.forEach.call(document.querySelectorAll(what), how); };

  // The list of mistakes is what a person must meet first.
  var first = document.querySelector("[data-focus]");
  if (first) { first.focus(); }

  // One press, one act: a second press while the first is under way does nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") { return; }
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "");
    form.removeAttribute("data-dirty");
    each(".btn", function (button) { if (button.form === form) { button.setAttribute("aria-disabled", "true"); } });
    setTimeout(release, 10000, form); // an answer that is a download leaves the page where it is
  });
  function release(form) {
    form.removeAttribute("data-sent");
    each(".btn", function (button) { if (button.form === form) { button.removeAttribute("aria-disabled"); } });
  }
  window.addEventListener("pageshow", function () { each("form[data-sent]", release); });

  // Typed text is not lost by leaving the page.
  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-guard")) { form.setAttribute("data-dirty", ""); }
  });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-dirty]")) { event.preventDefault(); event.returnValue = ""; }
  });

  // A file may be dropped instead of chosen.
  each("[data-drop]", function (zone) {
    var input = zone.querySelector("input[type=file]"), note = zone.querySelector(".drop-note");
    if (!input || !("DataTransfer" in window)) { return; }
    if (note) { note.hidden = false; }
    ["dragenter", "dragover"].forEach(function (kind) {
      zone.addEventListener(kind, function (event) { event.preventDefault(); zone.classList.add("is-over"); });
    });
    ["dragleave", "drop"].forEach(function (kind) {
      zone.addEventListener(kind, function () { zone.classList.remove("is-over"); });
    });
    zone.addEventListener("drop", function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; }
    });
  });

  // Paper shows what was folded.
  window.addEventListener("beforeprint", function () { each("details:not([open])", function (one) { one.open = true; one.setAttribute("data-shut", ""); }); });
  window.addEventListener("afterprint", function () { each("details[data-shut]", function (one) { one.open = false; one.removeAttribute("data-shut"); }); });

  each("[data-print]", function (button) { button.hidden = false; button.addEventListener("click", function () { window.print(); }); });
})();
