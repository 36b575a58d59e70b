import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Properties are drawn from one seed, so that a run repeats.
    setupFiles: ['test/support/fixedSeed.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Every core: the laws of queueing theory are minutes of arithmetic.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'json-summary'],
      reportOnFailure: true,
      thresholds: { branches: 95 },
    },
  },
});
