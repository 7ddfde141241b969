/** The page itself: joins the controls, the event stream and what is drawn. */
// @ts-check
import { OwnQuestion } from './changes.js';
import { Completions, isCommand, Replies } from './commands.js';
import { FileTray, upload } from './files.js';
import { call, Events } from './server.js';
import { drawThreads, drawTurns, markdownOf, part, stateOf } from './thread.js';
import { applyEvent } from './turns.js';

/** @typedef {import('../surface.ts').TurnView} TurnView */
/** @typedef {import('../../core/conversation.ts').Settings} Settings */

/** @template {HTMLElement} E @param {string} id @returns {E} */
const the = (id) => /** @type {E} */ (part(document, `#${id}`));
/** @type {HTMLTextAreaElement} */
const message = the('message');
/** @type {HTMLInputElement} */
const nameField = the('name');
/** @type {HTMLSelectElement} */
const thinking = the('thinking');
/** @type {HTMLInputElement} */
const search = the('search');
const tray = new FileTray({
  list: the('files'),
  button: the('attach'),
  picker: /** @type {HTMLInputElement} */ (the('picker')),
  field: message,
  overlay: the('drop'),
});
const [scroll, turnList, threadList, drawer] = [the('scroll'), the('turns'), the('threads'), the('drawer')];

/** What is shown. */
const shown = {
  thread: '',
  /** @type {readonly TurnView[]} */
  turns: [],
  /** @type {readonly { id: string, title: string }[]} */
  threads: [],
  /** What the server says holds here; undefined until it says so. @type {Settings | undefined} */
  settings: undefined,
  /** The thread begun with the button: it takes over what was chosen before it. */
  begun: '',
  standIn: false,
  drawing: false,
  atEnd: true,
  /** Where the thread was scrolled to when that was found. */
  top: 0,
  /** The last turn and its state, as last drawn; undefined until something is known. @type {string | undefined} */
  last: undefined,
};
/** A message that could not be sent keeps its id: it may have arrived all the same, and is then asked once. */
const unsent = { text: '', id: '', files: tray.files };

const replies = new Replies(the('reply'), {
  send: (text, asked) => command(shown.thread, text, asked),
  give: (given) => call('/api/commands', { conversation: shown.thread, author: nameField.value, given }),
  tell,
});

const own = new OwnQuestion(turnList, {
  change: (method, id, change) =>
    call(`/api/mentions/${id.slice(id.indexOf(':') + 1)}`, { author: nameField.value, ...change }, method),
  tell,
});

const events = new Events(
  (event) => {
    shown.turns = applyEvent(shown.turns, event);
    if (event.kind === 'snapshot') {
      shown.standIn = event.standIn;
      the('stand-in').hidden = !event.standIn;
    }
    if (event.kind === 'snapshot' || event.kind === 'settings') hold(event.settings);
    if (event.kind === 'snapshot' || event.kind === 'turn' || isEnd(event) || event.kind === 'withdrawn')
      void refreshThreads();
    drawSoon();
  },
  (connected) => {
    if (connected && !the('connection').hidden) tell(undefined);
    the('connection').hidden = connected;
    if (connected) return;
    the('live').textContent = 'Reconnecting';
    // A stream cannot say why it broke; a request can.
    void refreshThreads();
  },
);

/** @param {import('../surface.ts').PageEvent} event */
function isEnd({ kind }) {
  return kind === 'reply' || kind === 'note';
}

/** Takes over what changed on the server, perhaps from another tab. @param {Settings} settings */
function hold(settings) {
  const before = shown.settings;
  shown.settings = settings;
  the('model').textContent = shown.standIn ? 'stand-in' : settings.model;
  if (before === undefined && shown.begun === shown.thread && shown.turns.length === 0) return;
  const depth = `${settings.thinking}`;
  if (![...thinking.options].some(({ value }) => value === depth)) thinking.add(new Option(depth));
  if (before?.thinking !== settings.thinking) thinking.value = depth;
  if (before?.search !== settings.search) search.checked = settings.search !== 'off';
}

function drawSoon() {
  if (shown.drawing) return;
  shown.drawing = true;
  requestAnimationFrame(() => {
    shown.drawing = false;
    draw();
  });
}

function draw() {
  const running = shown.turns.findLast((turn) => turn.state !== 'done');
  drawTurns(turnList, shown.turns);
  own.draw(shown.turns, nameField.value.trim() || 'You');
  turnList.ariaBusy = `${running !== undefined}`;
  the('welcome').hidden = shown.settings === undefined || shown.turns.length > 0;
  the('stop').hidden = running === undefined;
  const [begun] = shown.turns.filter(({ question, files }) => question !== '' || files !== undefined);
  const title = begun?.question || (begun?.files?.[0] ?? 'New conversation');
  the('title').textContent = title;
  document.title = shown.turns.length === 0 ? 'Halley' : `${title.slice(0, 60)} · Halley`;
  if (shown.settings !== undefined) announce(shown.turns.at(-1));
  stay(shown.atEnd);
}

/** Goes on showing the end to whoever was there. @param {boolean} atEnd */
function stay(atEnd) {
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  shown.atEnd = isAtEnd();
  shown.top = scroll.scrollTop;
  the('latest').hidden = shown.atEnd;
}

/** Said once per change, and not for what was over when the page came. @param {TurnView | undefined} turn */
function announce(turn) {
  const now = `${turn?.id} ${turn?.state}`;
  if (turn !== undefined && shown.last !== undefined && shown.last !== now) the('live').textContent = stateOf(turn);
  shown.last = now;
}

function isAtEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
}

/** @param {string} thread */
function open(thread) {
  Object.assign(shown, { thread, turns: [], settings: undefined, last: undefined, atEnd: true });
  the('problem').hidden = true;
  replies.hide();
  the('said').textContent = '';
  draw();
  drawThreads(threadList, shown.threads, thread);
  events.follow(thread);
  closeDrawer();
  message.focus();
}

async function refreshThreads() {
  try {
    const { conversations } = await call('/api/conversations');
    shown.threads = conversations;
    drawThreads(threadList, conversations, shown.thread);
  } catch (error) {
    tell(error);
  }
}

/** @param {unknown} problem */
function tell(problem) {
  the('problem').textContent = problem instanceof Error ? problem.message : '';
  the('problem').hidden = problem === undefined;
}

/**
 * Gives one command, as it would be typed; with files where it asks a question.
 * @param {string} conversation
 * @param {string} text
 * @param {{ id?: string, files?: readonly object[] }} asked
 */
async function command(conversation, text, { id = crypto.randomUUID(), files = [] } = {}) {
  return call('/api/commands', { conversation, id, text, author: nameField.value, files });
}

/** Gives one command, and shows its answer beside the controls. @param {string} text @param {string} conversation */
async function control(text, conversation = shown.thread) {
  the('said').textContent = (await command(conversation, text)).text;
}

/** Tells the server what is chosen here and does not hold there yet. */
async function settle() {
  const { thread, settings } = shown;
  const [depth, searches] = [thinking.value, search.checked];
  if (depth !== `${settings?.thinking}`) await control(`/think ${depth}`, thread);
  if (searches !== (settings?.search !== 'off')) await control(`/search ${searches ? 'on' : 'off'}`, thread);
}

async function send() {
  const { thread: conversation } = shown;
  const text = message.value.trim();
  const { files } = tray;
  if (text === '' && files.length === 0) return;
  const id = unsent.text === text && unsent.files === files && unsent.id !== '' ? unsent.id : crypto.randomUUID();
  unsent.id = '';
  message.value = '';
  tray.show([]);
  fit();
  tell(undefined);
  scroll.scrollTop = scroll.scrollHeight;
  try {
    const asks = !isCommand(text);
    if (asks && (shown.settings !== undefined || shown.begun === conversation)) await settle();
    const given = await Promise.all(files.map((file) => upload(conversation, file)));
    if (!asks) return await replies.give(text, { id, files: given });
    await call('/api/mentions', { conversation, id, text, author: nameField.value, files: given });
  } catch (error) {
    tell(error);
    Object.assign(unsent, { text, id, files });
    if (message.value === '') message.value = text;
    if (tray.files.length === 0) tray.show(files);
    fit();
  }
}

function fit() {
  message.rows = Math.min(10, message.value.split('\n').length);
}

function openDrawer() {
  drawer.classList.add('open');
  the('shade').hidden = false;
  the('menu').ariaExpanded = 'true';
  the('new').focus();
}

function closeDrawer() {
  drawer.classList.remove('open');
  the('shade').hidden = true;
  the('menu').ariaExpanded = 'false';
}

the('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});
new Completions(message, the('completions'));
message.addEventListener('input', fit);
message.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void send();
});
for (const control of [thinking, search]) control.addEventListener('change', () => settle().catch(tell));
the('stop').addEventListener('click', () => control('/stop').catch(tell));
the('settings').addEventListener('click', () => replies.give('/settings').catch(tell));
the('new').addEventListener('click', () => {
  shown.begun = crypto.randomUUID();
  location.hash = shown.begun;
});
the('welcome').addEventListener('click', (event) => {
  if (!(event.target instanceof HTMLButtonElement)) return;
  message.value = event.target.textContent;
  message.focus();
});
turnList.addEventListener('click', ({ target }) => {
  const action = target instanceof Element && target.closest('[data-action]');
  const turn = action && action.closest('[data-turn]')?.getAttribute('data-turn');
  if (action && turn) {
    replies.press({ name: action.getAttribute('data-action') ?? '', values: { turn } }).catch(tell);
    return;
  }
  const button = target instanceof Element && target.closest('.copy');
  if (!button) return;
  const code = button.parentElement?.querySelector(':scope > code')?.textContent;
  navigator.clipboard.writeText(code ?? markdownOf(button)).then(() => {
    button.textContent = 'Copied';
    button.ariaLabel = null;
  }, tell);
});
the('latest').addEventListener('click', () => scroll.scrollTo({ top: scroll.scrollHeight }));
// Only who goes up leaves the end: the thread may have grown since the event was on its way.
scroll.addEventListener('scroll', () => stay(shown.atEnd && scroll.scrollTop >= shown.top));
// A picture makes the thread longer when it has come, after all is drawn. Its event does not bubble.
turnList.addEventListener('load', () => stay(shown.atEnd), true);
the('skip').addEventListener('click', () => message.focus());
the('menu').addEventListener('click', openDrawer);
the('shade').addEventListener('click', closeDrawer);
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !drawer.classList.contains('open')) return;
  closeDrawer();
  the('menu').focus();
});
addEventListener('hashchange', follow);

function follow() {
  const thread = location.hash.slice(1);
  if (/^[\w-]{1,64}$/.test(thread)) open(thread);
  else location.replace(`#${crypto.randomUUID()}`);
}

nameField.value = localStorage.getItem('name') ?? '';
nameField.addEventListener('change', () => {
  localStorage.setItem('name', nameField.value.trim());
  drawSoon();
});
follow();
