/** How the tests run: on Node 24 or newer, with loopback as the only network. */
import { defineConfig } from 'vitest/config';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24)
  throw new Error(`Tests need Node 24, this is ${process.version}. Run them with "npm test", which brings its own.`);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A busy machine is slow, not wrong: a state that has to come is waited for as long as a test may take.
    expect: { poll: { timeout: 15_000 } },
    restoreMocks: true,
  },
});
