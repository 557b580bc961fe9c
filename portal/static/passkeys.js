/* Passkeys: the button appears only where the browser can. Uses Flask-Security's webauthn.js and base64.js. */
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) { return; }

  function post(address, token, body) {
    return fetch(address, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token }
    }).then(function (response) {
      if (response.redirected) { window.location.reload(); throw new Error(""); }
      return response.json().then(function (answer) {
        if (response.ok) { return answer.response; }
        throw new Error(sentence(answer));
      });
    });
  }
  function sentence(answer) {
    var said = answer.sentence || (answer.response && answer.response.errors);
    return (Array.isArray(said) ? said[0] : said) || "";
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-passkey]"), function (place) {
    var form = place.querySelector("form"), note = place.querySelector("[data-passkey-note]"), kind = place.getAttribute("data-passkey");
    place.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopPropagation(); // the guard against a second press is for forms that leave the page
      var token = form.elements.csrf_token.value, name = form.elements.name ? form.elements.name.value : null;
      note.hidden = true;
      post(form.action, token, name === null ? {} : { name: name, usage: "first" }).then(function (answer) {
        var options = JSON.stringify(answer.credential_options), ask = kind === "register" ? handleRegister : handleSignin;
        return ask(options).then(function (result) {
          if (!result.credential) { throw new Error(place.getAttribute("data-failed")); }
          return post(form.action + "/" + answer.wan_state, token, { credential: result.credential });
        });
      }).then(function () {
        window.location.assign(place.getAttribute("data-next"));
      }).catch(function (error) {
        note.textContent = error.message || place.getAttribute("data-failed");
        note.hidden = false;
      });
    });
  });
})();
