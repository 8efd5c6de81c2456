/** The control endpoint of `apps/azure-sql-emulator`: what a server does by itself, or to its clients, on request. */
export class EmulatorControl {
  constructor(
    private readonly url: string,
    private readonly database: string,
  ) {}

  /** Removes a table's history up to a version, whatever its age; without a version, all of it. */
  async expire(table: string, version?: number): Promise<void> {
    await this.post('/change-tracking/expire', { database: this.database, table, version });
  }

  /** Behaviours to take on; null ends one. */
  async mood(moods: Readonly<Record<string, unknown>>): Promise<void> {
    await this.post('/moods', moods);
  }

  /** Keeps a copy of a database. Every session of the server ends. */
  async keep(database: string, name: string): Promise<void> {
    await this.post('/restore-points', { database, name });
  }

  /** Puts a database back to a copy. Every session of the server ends. */
  async restore(database: string, name: string): Promise<void> {
    await this.post('/restore', { database, name });
  }

  private async post(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}
