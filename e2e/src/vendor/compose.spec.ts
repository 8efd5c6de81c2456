import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { cloneRoot } from '@thalamus/local-stack';
import { defaultImages } from '@thalamus/testing/containers';

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string };
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
}

const read = (path: string): string => readFileSync(join(cloneRoot, path), 'utf8');

/** What can be seen of the container files without an engine; what cannot is in docs/conformance.md. */
describe('docker-compose.yml', () => {
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, ComposeService>;
  };
  const all = Object.entries(services);
  const built = all.filter(([, { build }]) => build !== undefined);

  it('runs a container for each service of the product', () => {
    const dockerfiles = new Set(built.map(([, { build }]) => build?.dockerfile));
    // Programs that stay up carry a module that composes them.
    const apps = readdirSync(join(cloneRoot, 'apps')).filter((name) =>
      readdirSync(join(cloneRoot, 'apps', name, 'src')).includes(`${name}.module.ts`),
    );
    expect(apps.length).toBeGreaterThan(2);
    for (const app of apps) expect(dockerfiles).toContain(`deploy/${app}/Dockerfile`);
  });

  it('builds the services alike: their files differ in the name of the service only', () => {
    const [first, ...others] = ['capture', 'loader', 'transformer'].map((name) =>
      read(`deploy/${name}/Dockerfile`).replaceAll(new RegExp(name, 'gi'), '<service>'),
    );
    for (const other of others) expect(other).toBe(first);
  });

  it('takes the same images as the tests in containers', () => {
    for (const [name, image] of Object.entries(defaultImages))
      expect(services[name]?.image).toMatch(new RegExp(`:-${image.replaceAll('.', '\\.')}\\}$`));
  });

  it('is reachable from this machine only', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(built.map(([name, service]) => [name, service.build?.dockerfile ?? 'deploy/none'] as const))(
    '%s is built by %s: not as root, and health-checked',
    (_name, dockerfile) => {
      const [, last = ''] = /[\s\S]*\nFROM [^\n]*\n([\s\S]*)/.exec(read(dockerfile)) ?? [];
      const users = [...last.matchAll(/^USER (\S+)/gm)].map(([, user]) => user);
      expect(users).toHaveLength(1);
      expect(users).not.toContain('root');
      expect(last).toMatch(/^HEALTHCHECK /m);
    },
  );
});
