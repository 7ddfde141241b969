/** The files that go with the next message: chosen, dropped or pasted, and shown above it until it is sent. */
// @ts-check
import { call } from './server.js';
import { part } from './thread.js';

/** What the server takes of a name. */
const MAX_NAME = 200;

export class FileTray {
  /** A new array after each change. @type {readonly File[]} */
  files = [];
  #list;

  /**
   * @typedef {object} Parts
   * @property {HTMLElement} list Where they are shown.
   * @property {HTMLElement} button Opens the picker.
   * @property {HTMLInputElement} picker
   * @property {HTMLTextAreaElement} field What is pasted into it is taken where it is a file.
   * @property {HTMLElement} overlay Shown while files are dragged over the page.
   */

  /** @param {Parts} parts */
  constructor({ list, button, picker, field, overlay }) {
    this.#list = list;
    list.addEventListener('click', ({ target }) => {
      const item = target instanceof Element && target.closest('button') && target.closest('li');
      if (item) this.show(this.files.filter((_, at) => list.children[at] !== item));
    });
    button.addEventListener('click', () => picker.click());
    picker.addEventListener('change', () => {
      this.add(picker.files ?? []);
      picker.value = '';
      field.focus();
    });
    field.addEventListener('paste', (event) => {
      const { files, types } = event.clipboardData ?? new DataTransfer();
      // What is copied from a table comes as text and as a picture of it.
      if (files.length === 0 || types.includes('text/plain')) return;
      event.preventDefault();
      this.add(files);
    });
    this.#takeDropped(overlay);
  }

  /** @param {HTMLElement} overlay */
  #takeDropped(overlay) {
    const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') === true;
    addEventListener('dragover', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      overlay.hidden = false;
    });
    addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) overlay.hidden = true;
    });
    addEventListener('drop', (event) => {
      overlay.hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      // A folder comes as a file that cannot be read.
      const items = [...(event.dataTransfer?.items ?? [])].filter((item) => !item.webkitGetAsEntry()?.isDirectory);
      this.add(items.map((item) => item.getAsFile()).filter((file) => file !== null));
    });
  }

  /** @param {Iterable<File>} files */
  add(files) {
    this.show([...this.files, ...files]);
  }

  /** Puts these in place of those that are shown. @param {readonly File[]} files */
  show(files) {
    this.files = files;
    this.#list.hidden = files.length === 0;
    this.#list.replaceChildren(...files.map(itemOf));
  }
}

/** Gives a file to the server and resolves with what a message names it by. @param {string} thread @param {File} file */
export async function upload(thread, file) {
  const { id } = await call(`/api/files?conversation=${encodeURIComponent(thread)}`, file);
  return { id, name: nameOf(file), type: file.type.slice(0, 100), bytes: file.size };
}

/** @param {File} file */
function itemOf(file) {
  const template = /** @type {HTMLTemplateElement} */ (part(document, '#file-template'));
  const item = /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
  part(item, '.file-name').textContent = nameOf(file);
  part(item, '.file-size').textContent = sizeOf(file.size);
  part(item, 'button').ariaLabel = `Remove ${nameOf(file)}`;
  return item;
}

/** @param {File} file */
function nameOf({ name }) {
  return (
    name
      .replace(/\p{Cc}/gu, ' ')
      .toWellFormed()
      .slice(-MAX_NAME) || 'file'
  );
}

/** @param {number} bytes */
function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
