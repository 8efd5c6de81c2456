import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from './settings.js';

describe('settings', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'settings-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads pipeline.yaml and the environment', () => {
    const path = join(folder, 'pipeline.yaml');
    writeFileSync(path, 'name: gme\nsource:\n  database: gme\n');
    const { config, env, topics } = loadSettings({ THALAMUS_CONFIG: path, THALAMUS_SOURCE_PORT: '14330' });
    expect(config.name).toBe('gme');
    expect(env.THALAMUS_SOURCE_PORT).toBe(14330);
    expect(topics.journal).toBe('gme.journal');
  });

  it('tells every problem of both together', () => {
    const path = join(folder, 'pipeline.yaml');
    writeFileSync(path, 'name: G\nsource: {}\n');
    expect(() => loadSettings({ THALAMUS_CONFIG: path, THALAMUS_SOURCE_PORT: 'x' })).toThrow(
      /THAL-X001[^]*environment THALAMUS_SOURCE_PORT[^]*pipeline\.yaml name[^]*source\.database/,
    );
  });

  it('names the file that cannot be read and the variable to set', () => {
    expect(() => loadSettings({ THALAMUS_CONFIG: join(folder, 'absent.yaml') })).toThrow(
      /absent\.yaml.*THALAMUS_CONFIG/s,
    );
  });
});
