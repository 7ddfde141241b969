/** Access and budget as one guard, by rules that can be replaced while they are used. */
import type { Refusal } from '../core/errors.ts';
import type { Mention } from '../core/inbound.ts';
import type { Payer } from '../core/model.ts';
import type { Guard } from '../core/ports.ts';
import { Access, type AccessRules } from './access.ts';
import { Budget, type BudgetOptions, type Limits } from './budget.ts';

/** What the operator's file says of who may ask, and how much. */
export interface GuardRules {
  readonly access: AccessRules;
  readonly budget: Limits;
}

export class Guards implements Guard {
  readonly access: Access;
  readonly budget: Budget;

  constructor({ access, budget }: GuardRules, options: Omit<BudgetOptions, 'limits'>) {
    this.access = new Access(access, options.log);
    this.budget = new Budget({ ...options, limits: budget });
  }

  /** Whoever may not ask is not told how much is left. */
  async check(mention: Mention): Promise<Refusal | undefined> {
    const asked = { ...mention, author: mention.wantedBy ?? mention.author };
    return (await this.access.check(asked)) ?? (await this.budget.check(asked));
  }

  /** Who may give one, and what is limited. */
  get forCommands() {
    return {
      admits: (asking: Parameters<Access['admits']>[0]) => this.access.admits(asking),
      limitsOf: (payer: Payer) => this.budget.limitsOf(payer),
    };
  }

  follow({ access, budget }: GuardRules): void {
    this.access.rules = access;
    this.budget.limits = budget;
  }
}
