/** What a person does to their own last question: edit it in its place, or delete it. */
// @ts-check
import { part } from './thread.js';

/**
 * @typedef {import('../surface.ts').TurnView} TurnView
 * @typedef {object} Desk
 * @property {(method: 'PATCH' | 'DELETE', id: string, change: { text?: string }) => Promise<unknown>} change
 * @property {(problem: unknown) => void} tell
 */

/** The two buttons under the last question that the reader asked, and the field that Edit opens. */
export class OwnQuestion {
  #list;
  #desk;

  /** @param {HTMLElement} list @param {Desk} desk */
  constructor(list, desk) {
    this.#list = list;
    this.#desk = desk;
    list.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest('[data-change]');
      const turn = button && button.closest('[data-turn]');
      if (!button || !turn) return;
      if (button.getAttribute('data-change') === 'edit') this.#edit(turn);
      else void this.#change('DELETE', turn, {});
    });
  }

  /** @param {readonly TurnView[]} turns @param {string} name Whose questions are the reader's own. */
  draw(turns, name) {
    const last = turns.findLast(({ author }) => author.toLowerCase() === name.toLowerCase());
    for (const turn of this.#list.children) part(turn, '.own').hidden = turn.getAttribute('data-turn') !== last?.id;
  }

  /** Enter sends what was changed, and Escape leaves it. @param {Element} turn */
  #edit(turn) {
    const before = part(turn, '.asked').textContent;
    const field = document.createElement('textarea');
    Object.assign(field, { className: 'edit', value: before, ariaLabel: 'Edit your question', maxLength: 32_000 });
    const fit = () => Object.assign(field, { rows: Math.min(10, field.value.split('\n').length) });
    const leave = () => {
      field.remove();
      part(turn, '[data-change="edit"]').focus();
    };
    field.addEventListener('input', fit);
    field.addEventListener('keydown', async (event) => {
      if (event.key === 'Escape') return leave();
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      const text = field.value.trim();
      if (text === '' || field.readOnly) return;
      field.readOnly = true;
      if (text === before || (await this.#change('PATCH', turn, { text }))) leave();
      field.readOnly = false;
    });
    fit();
    part(turn, '.asked').after(field);
    field.focus();
  }

  /** Resolves with whether it was done; why not is told. @param {'PATCH' | 'DELETE'} method @param {Element} turn @param {{ text?: string }} change */
  async #change(method, turn, change) {
    try {
      this.#desk.tell(undefined);
      await this.#desk.change(method, turn.getAttribute('data-turn') ?? '', change);
      return true;
    } catch (error) {
      this.#desk.tell(error);
      return false;
    }
  }
}
