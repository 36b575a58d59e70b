/**
 * The settings of a run as they are at this moment. Every part reads its section as it goes; `config` writes into the sections, and the
 * parts that have made something of theirs (laws, pools) are told.
 */
import type { Model, SiteModel } from '../model.js';

/** The model with sections of its own, which `change` may write into. */
export function settingsOf(model: Model): Model {
  const { host, dns, nginx, phpFpm, mysql, pages, visitors } = model;
  return {
    ...model,
    host: { ...host },
    dns: { ...dns },
    nginx: { ...nginx },
    phpFpm: phpFpm && { ...phpFpm },
    mysql: mysql && { ...mysql },
    pages: [...pages],
    visitors: { ...visitors },
  };
}

/** A site has the same parts and pages before and after. */
export function change(settings: Model, to: SiteModel): void {
  const parts = ['host', 'dns', 'nginx', 'phpFpm', 'mysql', 'pages', 'visitors'] as const;
  for (const part of parts) if (settings[part] !== null) Object.assign(settings[part], to[part]);
}
