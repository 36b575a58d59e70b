/** What the machine had to give and how much of it was taken. */
import type { Result } from '../telemetry/result.js';
import { bytes, count, figure, several, share } from './format.js';
import type { Look } from './look.js';
import { stageName } from './names.js';
import { wrap } from './text.js';

const barWidth = 40;

export function host(result: Result, look: Look): string[] {
  const { cpu } = result.host;
  const parts = Object.entries(cpu.by)
    .filter(([, used]) => used > 0)
    .sort(([, a], [, b]) => b - a);
  const rows: [string, number][] = [['all', cpu.utilisation], ...parts];
  const names = rows.map(([name]) => (name === 'all' ? `CPU, ${several(cpu.cores, 'core')}` : `  ${stageName(name)}`));
  const width = Math.max(9, ...names.map((name) => name.length));
  return [
    look.paint.strong('Host'),
    ...rows.map(([, used], index) => `  ${names[index].padEnd(width)}  ${bar(used, look)}  ${share(used).padStart(7)}`),
    ...named('memory', memory(result)),
    ...named('disk', disk(result)),
    ...named('network', network(result)),
  ];

  function named(name: string, text: string): string[] {
    return wrap(text, Math.max(80, look.width), `  ${name.padEnd(width)}  `, ' '.repeat(width + 4));
  }
}

export function bar(share: number, look: Look, width = barWidth): string {
  const full = Math.min(width, Math.round(share * width));
  return (look.unicode ? '█' : '#').repeat(full) + (look.unicode ? '░' : '.').repeat(width - full);
}

function memory({ host: { memory } }: Result): string {
  const parts = Object.entries(memory.by)
    .filter(([, held]) => held > 0)
    .map(([name, held]) => `${stageName(name)} ${bytes(held)}`);
  const of = `${bytes(memory.usedMax)} of ${bytes(memory.bytes)} at most`;
  const over = memory.overcommitted ? ': MORE THAN THERE IS' : '';
  return `${of}${over}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

function disk({ host: { disk } }: Result): string {
  if (disk.operations === 0) return 'not used';
  return `${share(disk.utilisation)} in use, ${several(disk.operations, 'operation')}, queue ${figure(disk.queue.mean)}, at most ${count(disk.queue.max)}`;
}

function network({ host: { network } }: Result): string {
  return `${share(network.sendUtilisation)} in use, ${bytes(network.sent)} sent, ${bytes(network.received)} received`;
}
