/** What a request in flight holds in memory. The child that runs it is counted, too. */
import { each, node, takeTurns } from './measure.js';
import type { Row, Workload } from './row.js';

const REQUESTS = 200_000;

export const inFlight: Workload = {
  name: 'inFlight',
  title: `Memory of a request in flight, with ${REQUESTS.toLocaleString('en')} of them`,
  measure() {
    const { php, dns } = takeTurns(
      {
        php: node('programs/inFlight', { requests: REQUESTS, where: 'php' }),
        dns: node('programs/inFlight', { requests: REQUESTS, where: 'dns' }),
      },
      1,
    );
    const row = (what: string, value: Row['value'], beside: string): Row => ({
      what,
      value,
      unit: 'bytes',
      bar: { atMost: 512 },
      goal: 64,
      beside,
    });
    return [
      row('in PHP, waiting for something outside the box', each(php, 'bytes'), 'request, visitor, connection, child, calendar'),
      row('waiting for the resolver', each(dns, 'bytes'), 'request, visitor, connection, calendar'),
    ];
  },
};
