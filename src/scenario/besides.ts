/** File names as messages show them. */

/** A built-in site's file for a plain name, `foobar`, and the path itself for all else. */
export function siteFile(site: string): string {
  return isSiteName(site) ? `${site}.site.yaml` : site;
}

export function isSiteName(site: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,60}$/i.test(site);
}

/** The site's path from where the scenario's file is seen: `besides('my/a.yaml', './b.site.yaml') // => 'my/b.site.yaml'` */
export function besides(scenarioFile: string, site: string): string {
  const file = siteFile(site).replace(/^(\.\/)+/, '');
  const slash = scenarioFile.lastIndexOf('/');
  return slash < 0 || isSiteName(site) ? file : scenarioFile.slice(0, slash + 1) + file;
}
