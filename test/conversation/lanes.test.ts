import { describe, expect, it } from 'vitest';
import { LocalLanes, Stopped } from '../../src/conversation/lanes.ts';
import { lanesContract } from '../contracts/lanes.ts';
import { aConversation } from '../support/builders.ts';

lanesContract('LocalLanes', () => new LocalLanes());

describe('LocalLanes', () => {
  it('says to what runs that it was stopped', async () => {
    const lanes = new LocalLanes();
    const work = async (signal: AbortSignal) => {
      await lanes.cancel(aConversation);
      expect(signal.reason).toBeInstanceOf(Stopped);
    };
    await lanes.run(aConversation, work, { maxWaiting: 1 });
  });
});
