/** `dns`: the site's A record and the resolvers that its visitors ask. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { setting } from './hint.js';
import { durationLaw } from './laws.js';
import { ABOVE_ZERO, duration, orUnlimited, rate, share, whole } from './quantity.js';
import { choice, formed } from './word.js';

const HOST_NAME =
  /^(?=.{1,253}$)[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?)*$/;
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ADDRESS = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

export const dns = z.strictObject({
  name: setting(
    formed(HOST_NAME, 253, 'host name', 'a host name, such as www.example.com'),
    'What visitors type.',
    defaults.dns.name,
  ),
  address: setting(
    formed(ADDRESS, 15, 'IPv4 address', 'an IPv4 address, such as 192.0.2.1'),
    'The A record.',
    defaults.dns.address,
  ),
  ttl: setting(duration(), "The record's time to live in a resolver's cache.", defaults.dns.ttl),
  answer: setting(choice('NOERROR', 'SERVFAIL', 'NXDOMAIN'), 'What the resolvers answer.', defaults.dns.answer),
  browser_cache: setting(duration(), "How long a visitor's browser or system keeps the answer.", defaults.dns.browser_cache),
  known: setting(share(), 'Share of new visitors who know the address already.', defaults.dns.known),
  resolvers: setting(whole(1, 100_000), 'Caching resolvers, among which the visitors are spread evenly.', defaults.dns.resolvers),
  resolver: setting(
    durationLaw(),
    'Round trip between a visitor and the resolver: all that a cached answer costs.',
    defaults.dns.resolver,
  ),
  authoritative: setting(
    durationLaw(),
    "What a resolver adds when it must ask the zone's own servers.",
    defaults.dns.authoritative,
  ),
  resolver_capacity: setting(
    orUnlimited(rate(ABOVE_ZERO)),
    'Questions that one resolver answers.',
    defaults.dns.resolver_capacity,
  ),
  loss: setting(share(), 'Chance that a question or its answer is lost.', defaults.dns.loss),
  timeout: setting(
    duration({ min: 1, max: 30_000, range: 'from 1ms to 30s' }),
    'resolv.conf `timeout`: the wait before the next try.',
    defaults.dns.timeout,
  ),
  attempts: setting(whole(1, 5), 'resolv.conf `attempts`: rounds over the nameservers.', defaults.dns.attempts),
  negative_ttl: setting(
    duration(),
    "How long a resolver keeps NXDOMAIN: the lesser of the SOA record's own TTL and its MINIMUM.",
    defaults.dns.negative_ttl,
  ),
  wrong_address: setting(
    choice('silent', 'refused'),
    'What visitors meet at an address that is not ours: nobody, or a host that refuses.',
    defaults.dns.wrong_address,
  ),
  at_start: setting(
    choice('auto', 'empty', 'spread'),
    'What the resolvers know at the start: nothing, or the record, with times to live evenly spread over the TTL; `auto` is `spread` where the scenario has events of DNS, and else `empty`.',
    defaults.dns.at_start,
  ),
  nameservers: setting(whole(1, 3), "Nameservers in a visitor's resolv.conf.", defaults.dns.nameservers),
});
