'use strict';
let next = null;
let watched = null;

function say(text, error = false) {
  $('message').textContent = text;
  $('message').classList.toggle('error', error);
}

function titleOf(link, marked) {
  if (!link.title) return [];
  const title = element('strong');
  if (marked) title.innerHTML = marked; // escaped by the index; the marks alone are HTML
  else title.textContent = link.title;
  return [title, element('br')];
}

function row(link, markedTitle = null) {
  const visits = element('td', { className: 'number' }, '…');
  const toggle = link.status === 'ACTIVE' ? 'disable' : 'enable';
  const actions = element('td', {},
    element('button', { className: 'quiet', onclick: () => watch(link) }, 'Watch'));
  if (link.status !== 'BANNED') {
    actions.append(' ', element('button', { className: 'quiet', onclick: () => change(link, toggle) }, toggle));
  }
  const made = element('tr', {},
    element('td', {}, element('a', { href: '/' + link.code, rel: 'noopener', target: '_blank' }, link.code)),
    element('td', { className: 'target', title: link.target }, ...titleOf(link, markedTitle), link.target),
    element('td', {}, link.status.toLowerCase()),
    visits, actions);
  made.dataset.code = link.code;
  api('/links/' + encodeURIComponent(link.code) + '/stats').then(stats => { visits.textContent = stats.visits; }, () => { visits.textContent = '–'; });
  return made;
}

async function list(cursor = null) {
  if (!$('key').value && !me.name) return;
  try {
    const page = await api('/links?limit=20' + (cursor ? '&cursor=' + encodeURIComponent(cursor) : ''));
    if (!cursor) $('links').replaceChildren();
    $('links').append(...page.links.map(row));
    next = page.next;
    $('more').hidden = !next;
  } catch (e) { say(e.message, true); }
}

let chosen = null;
let typed = 0;

async function find() {
  const turn = ++typed;
  const words = $('words').value.trim();
  if (!words) {
    chosen = null;
    $('tags').replaceChildren();
    return list();
  }
  try {
    const found = await api('/links/search?limit=50&q=' + encodeURIComponent(words) + (chosen ? '&tag=' + encodeURIComponent(chosen) : ''));
    if (turn !== typed) return; // an answer to an older question
    $('links').replaceChildren(...found.links.map(hit => row(hit.link, hit.markedTitle)));
    $('more').hidden = true;
    $('tags').replaceChildren(`${found.total} found `, ...found.tags.map(({ tag, links }) => element('button', {
      type: 'button', className: tag === chosen ? 'quiet chosen' : 'quiet', textContent: `${tag} ${links}`,
      onclick: () => { chosen = tag === chosen ? null : tag; find(); },
    })));
  } catch (e) { if (turn === typed) say(e.message, true); }
}

async function change(link, verb) {
  try {
    await api('/links/' + encodeURIComponent(link.code) + '/' + verb, { method: 'POST' });
    await list();
  } catch (e) { say(e.message, true); }
}

async function watch(link) {
  watched = link.code;
  $('which').textContent = link.code;
  $('detail').hidden = false;
  try {
    const svg = await api('/links/' + encodeURIComponent(link.code) + '/qr.svg');
    $('qr').innerHTML = svg; // drawn by our own server from modules, no text in it
    await draw();
  } catch (e) { say(e.message, true); }
}

async function draw() {
  const code = watched;
  const stats = await api('/links/' + encodeURIComponent(code) + '/stats');
  if (code !== watched) return;
  const days = Object.entries(stats.days);
  const most = Math.max(1, ...days.map(([, count]) => count));
  $('days').replaceChildren(...days.slice(-30).map(([day, count]) => {
    const bar = element('div', { title: day + ': ' + count });
    bar.style.height = (100 * count / most) + '%';
    return bar;
  }));
  const numbers = [['Visits', stats.visits], ['Robots', stats.bots], ['HEAD', stats.heads],
    ...stats.referrers.map(r => [r.host, r.visits])];
  $('numbers').replaceChildren(...numbers.flatMap(([name, count]) => [element('dt', {}, name), element('dd', {}, String(count))]));
  $('numbers').dataset.visits = stats.visits;
  const cell = document.querySelector(`tr[data-code="${CSS.escape(code)}"] td.number`);
  if (cell) cell.textContent = stats.visits;
}

$('create').addEventListener('submit', async event => {
  event.preventDefault();
  const form = new FormData(event.target);
  const wish = { target: form.get('target') };
  if (form.get('title')) wish.title = form.get('title');
  if (form.get('alias')) wish.alias = form.get('alias');
  if (form.get('expiresAt')) wish.expiresAt = new Date(form.get('expiresAt')).toISOString();
  if (form.get('maxVisits')) wish.maxVisits = Number(form.get('maxVisits'));
  const tags = form.get('tags').split(',').map(tag => tag.trim()).filter(tag => tag);
  if (tags.length) wish.tags = tags;
  try {
    const link = await api('/links', { method: 'POST', body: JSON.stringify(wish), headers: { 'Idempotency-Key': crypto.randomUUID() } });
    event.target.reset();
    say('Made ' + link.shortUrl);
    await list();
  } catch (e) { say(e.message, true); }
});
$('find').addEventListener('submit', event => event.preventDefault());
$('words').addEventListener('input', () => find());
$('more').addEventListener('click', () => list(next));
$('key').addEventListener('change', () => { credentials.key = $('key').value; list(); });
$('out').addEventListener('click', async () => { await api('/session', { method: 'DELETE' }); location.reload(); });
who().then(() => {
  $('who').hidden = !me.name;
  $('nobody').hidden = !!me.name;
  $('name').textContent = me.name || '';
  return list();
}, e => say(e.message, true));
setInterval(() => { if (watched) draw().catch(e => say(e.message, true)); }, 1000);
