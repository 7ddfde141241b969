/** Who may ask: for now everyone who can write where the bot reads. */
import type { Refusal } from '../core/errors.ts';
import type { Guard } from '../core/ports.ts';

/** Lets every mention pass. */
export class OpenAccess implements Guard {
  async check(): Promise<Refusal | undefined> {
    return undefined;
  }
}
