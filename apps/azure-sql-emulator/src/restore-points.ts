import type { ChangeTrackingAdmin } from './change-tracking/change-tracking-admin.js';
import type { Database } from './interpreter/database.js';
import type { Databases } from './interpreter/databases.js';

/** A copy of a database, and the change-tracking version it stands at; null while it is not tracked. */
export interface RestorePoint {
  readonly database: string;
  readonly name: string;
  readonly version: string | null;
}

/** Copies of databases to go back to, as a point-in-time restore does. Both ways every session of the database ends. */
export class RestorePoints {
  constructor(
    private readonly databases: Databases,
    private readonly changeTracking: Pick<ChangeTrackingAdmin, 'currentVersion'>,
  ) {}

  async take(database: string, name: string): Promise<RestorePoint> {
    const found = this.find(database);
    const version = await this.changeTracking.currentVersion(database);
    await this.databases.evict(found, undefined);
    await this.databases.keep(found, name);
    return { database: found.name, name, version };
  }

  /** @returns where the database stands now. */
  async restore(database: string, name: string): Promise<RestorePoint> {
    const found = this.find(database);
    await this.databases.evict(found, undefined);
    await this.databases.restore(found, name);
    return { database: found.name, name, version: await this.changeTracking.currentVersion(database) };
  }

  private find(database: string): Database {
    const found = this.databases.find(database);
    if (!found) throw new Error(`There is no database '${database}'.`);
    return found;
  }
}
