import type { AccessEntry, Catalog } from '../catalog/catalog.js';
import { SqlError } from '../language/errors.js';

const roleActions: Record<string, readonly string[]> = {
  db_datareader: ['SELECT'],
  db_datawriter: ['INSERT', 'UPDATE', 'DELETE'],
};

/** What a user other than the owner may do, by grants, denials and fixed roles. */
export class Access {
  private readonly entries: readonly AccessEntry[];
  private readonly roles: ReadonlySet<string>;

  constructor(catalog: Catalog, user: string) {
    const own = user.toLowerCase();
    const roles = new Set(
      catalog.access
        .filter((entry) => entry.action === 'MEMBER' && entry.principal === own)
        .map((entry) => entry.permission),
    );
    this.roles = roles;
    this.entries = catalog.access.filter(
      (entry) => entry.principal === own || entry.principal === 'public' || roles.has(entry.principal),
    );
  }

  get isOwner(): boolean {
    return this.roles.has('db_owner');
  }

  get mayDefine(): boolean {
    return (
      this.isOwner ||
      this.roles.has('db_ddladmin') ||
      this.entries.some(
        (entry) => entry.action === 'GRANT' && entry.permission === 'CONTROL' && entry.scope === 'database',
      )
    );
  }

  allows(action: string, object: { readonly schema: string; readonly name: string }): boolean {
    if (this.isOwner) return true;
    const schema = object.schema.toLowerCase();
    const full = `${schema}.${object.name.toLowerCase()}`;
    const about = this.entries.filter(
      (entry) =>
        entry.scope === 'database' ||
        (entry.scope === 'schema' ? entry.target === schema : entry.target === full),
    );
    const matches = (entry: AccessEntry): boolean =>
      entry.permission === action || entry.permission === 'CONTROL' || entry.permission === 'ALL';
    if (about.some((entry) => entry.action === 'DENY' && matches(entry))) return false;
    if (about.some((entry) => entry.action === 'GRANT' && matches(entry))) return true;
    return [...this.roles].some((role) => roleActions[role]?.includes(action) ?? false);
  }
}

export const denied = (
  action: string,
  object: { readonly schema: string; readonly name: string },
  database: string,
  line: number,
): SqlError =>
  new SqlError(
    229,
    `The ${action} permission was denied on the object '${object.name}', database '${database}', schema '${object.schema}'.`,
    line,
    14,
    5,
  );
