/** What it costs that the identities (nobody lost, Little's law on the path, no more given than there is) are never switched off. */
import { each, node, takeTurns } from './measure.js';
import type { Workload } from './row.js';

export const identities: Workload = {
  name: 'identities',
  title: 'The identities, checked at every step',
  measure({ turns }) {
    const { checked } = takeTurns({ checked: node('programs/identities') }, turns);
    const beside = `${each(checked, 'checks').median} checks of ${(1000 * each(checked, 'eachMs').median).toPrecision(2)} µs`;
    return [{ what: 'share of the run time', value: each(checked, 'percent'), unit: '%', bar: { atMost: 2 }, beside }];
  },
};
