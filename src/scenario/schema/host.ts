/** `host`: the machine that all the daemons share. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { setting } from './hint.js';
import { durationLaw } from './laws.js';
import { ABOVE_ZERO, bandwidth, decimal, orUnlimited, orWord, size, whole } from './quantity.js';
import { choice } from './word.js';

const disk = z.strictObject({
  iops: setting(
    orWord(decimal(1, 10_000_000), 'unlimited', Infinity),
    'Operations that the disk starts in a second, at the most.',
    defaults.disk.iops,
  ),
  queue_depth: setting(whole(1, 65_536), 'Operations in service at once.', defaults.disk.queue_depth),
  latency: setting(durationLaw(), 'Time of one operation in service.', defaults.disk.latency),
  fsync: setting(durationLaw(), 'Time of one flush to stable storage.', defaults.disk.fsync),
});

const network = z.strictObject({
  send: setting(orUnlimited(bandwidth()), 'Towards the visitors.', defaults.network.send),
  receive: setting(orUnlimited(bandwidth()), 'From the visitors.', defaults.network.receive),
});

export const host = z.strictObject({
  cores: setting(whole(1, 1024), 'CPU cores.'),
  scheduler: setting(
    choice('fair-share', 'kernel'),
    'How runnable tasks share the cores: `fair-share` is fluid processor sharing, exact against theory; `kernel` gives turns as Linux does, nearer to a real box.',
    defaults.host.scheduler,
  ),
  memory: setting(size(ABOVE_ZERO), 'RAM.'),
  swap: setting(
    size(),
    'Space on the disk that memory can be moved out to. When that is full, too, the kernel kills.',
    defaults.host.swap,
  ),
  system: setting(size(), 'What the kernel and everything but the three daemons hold.', defaults.host.system),
  disk: setting(disk.prefault({}), 'The one disk.'),
  network: setting(network.prefault({}), 'The one network interface.'),
  boot: setting(durationLaw(), 'From power on until the units are started.', defaults.host.boot),
});
