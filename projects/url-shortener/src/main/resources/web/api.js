'use strict';
const $ = id => document.getElementById(id);
const credentials = { key: '' };
const me = { name: null, csrf: '' };

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Who has signed in here, and the token by which our own pages are told from others'. */
async function who() {
  Object.assign(me, await (await fetch('/api/session')).json());
}

async function send(path, options) {
  const headers = { 'Content-Type': 'application/json', ...options.headers };
  if (credentials.key) headers.Authorization = 'Bearer ' + credentials.key;
  if ((options.method || 'GET') !== 'GET') {
    if (!me.csrf) await who();
    headers['X-CSRF-Token'] = me.csrf;
  }
  return fetch('/api' + path, { ...options, headers });
}

async function api(path, options = {}) {
  let response = await send(path, options);
  if (response.status === 403 && !credentials.key && options.method && options.method !== 'GET') {
    await who(); // the session was renewed in another tab, and the token with it
    response = await send(path, options);
  }
  if (response.status === 204) return null;
  if (path.endsWith('.svg') && response.ok) return response.text();
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail || body.title || response.statusText);
  return body;
}
