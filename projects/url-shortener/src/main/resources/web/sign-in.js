'use strict';

function enter(form, path) {
  $(form).addEventListener('submit', async event => {
    event.preventDefault();
    const fields = new FormData(event.target);
    $('message').textContent = '';
    try {
      await api(path, { method: 'POST', body: JSON.stringify({ name: fields.get('name'), password: fields.get('password') }) });
      location.assign(document.body.dataset.next); // a path of this service: the server has looked at it
    } catch (e) {
      $('message').textContent = e.message;
      $('message').classList.add('error');
    }
  });
}

enter('in', '/session');
enter('up', '/accounts');
