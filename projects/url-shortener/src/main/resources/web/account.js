'use strict';

function say(text, error = false) {
  $('message').textContent = text;
  $('message').classList.toggle('error', error);
}

const when = text => text ? new Date(text).toLocaleString() : '–';

function action(text, path, options, after) {
  return element('button', {
    className: 'quiet', type: 'button', textContent: text,
    onclick: async () => {
      try {
        after(await api(path, options));
      } catch (e) { say(e.message, true); }
    },
  });
}

function shown(issued) {
  $('secret').hidden = false;
  $('secret').querySelector('code').textContent = issued.key;
  return keys();
}

async function keys() {
  const all = await api('/keys');
  $('keys').replaceChildren(...all.map(key => element('tr', {},
    element('td', {}, key.name), element('td', {}, element('code', {}, key.hint)), element('td', {}, key.scopes.join(', ')),
    element('td', {}, when(key.expiresAt)), element('td', {}, when(key.lastUsedAt)),
    element('td', {},
      ...(key.replaced ? [] : [action('Replace', `/keys/${key.id}/rotate`, { method: 'POST', body: '{"overlapHours":24}' }, shown), ' ']),
      action('Revoke', `/keys/${key.id}`, { method: 'DELETE' }, keys)))));
}

async function sessions() {
  const all = await api('/sessions');
  $('sessions').replaceChildren(...all.map(session => element('tr', {},
    element('td', { className: 'target', title: session.device }, session.device), element('td', {}, when(session.since)), element('td', {}, when(session.seen)),
    element('td', {}, session.here ? 'here' : action('Sign out', `/sessions/${session.id}`, { method: 'DELETE' }, sessions)))));
}

const leave = () => location.assign('/');
$('out').addEventListener('click', () => api('/session', { method: 'DELETE' }).then(leave, e => say(e.message, true)));
$('everywhere').addEventListener('click', () => api('/sessions', { method: 'DELETE' }).then(leave, e => say(e.message, true)));
$('new-key').addEventListener('submit', async event => {
  event.preventDefault();
  const fields = new FormData(event.target);
  try {
    await shown(await api('/keys', { method: 'POST', body: JSON.stringify({
      name: fields.get('name'), days: Number(fields.get('days')), scopes: fields.get('scopes').split(' ') }) }));
  } catch (e) { say(e.message, true); }
});
$('password').addEventListener('submit', async event => {
  event.preventDefault();
  const fields = new FormData(event.target);
  try {
    await api('/password', { method: 'POST', body: JSON.stringify({ current: fields.get('current'), fresh: fields.get('fresh') }) });
    event.target.reset();
    say('Changed. You are signed out everywhere else.');
    await sessions();
  } catch (e) { say(e.message, true); }
});
who().then(() => { $('name').textContent = me.name; return Promise.all([keys(), sessions()]); }).catch(e => say(e.message, true));
