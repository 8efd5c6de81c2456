import { createHash } from 'node:crypto';
import type { StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { TriggerChanger } from './trigger-changer.js';

const known = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'EXECUTE',
  'ALTER',
  'CONTROL',
  'REFERENCES',
  'VIEW CHANGE TRACKING',
  'VIEW DEFINITION',
  'VIEW DATABASE STATE',
  'CONNECT',
  'ALL',
]);
const fixedRoles = new Set(['db_owner', 'db_datareader', 'db_datawriter', 'db_ddladmin']);

export const passwordHash = (password: string): string =>
  createHash('sha256').update(`emu:${password}`).digest('hex');

/** Users of a database, what they may do, and their roles. */
export class PrincipalChanger extends TriggerChanger {
  async createUser(statement: StatementOf<'createUser'>): Promise<void> {
    await this.change(
      statement.line,
      async (change) => {
        const [taken] = await change.run('select 1 from emu.principals where lower(name) = lower($1)', [
          statement.name,
        ]);
        if (taken)
          throw new SqlError(
            15023,
            `User, group, or role '${statement.name}' already exists in the current database.`,
            statement.line,
          );
        const hash = statement.password === undefined ? null : passwordHash(statement.password);
        await change.run(
          "insert into emu.principals select greatest(max(principal_id), 4) + 1, $1, 'S', $2 from emu.principals",
          [statement.name, hash],
        );
        change.touched(0);
      },
      'CREATE USER',
    );
  }

  async dropUser(name: string, ifExists: boolean, line: number): Promise<void> {
    await this.change(
      line,
      async (change) => {
        const gone = await change.run(
          "delete from emu.principals where lower(name) = lower($1) and kind = 'S' and principal_id > 4 returning 1",
          [name],
        );
        if (gone.length === 0 && !ifExists)
          throw new SqlError(
            15151,
            `Cannot drop the user '${name}', because it does not exist or you do not have permission.`,
            line,
          );
        await change.run('delete from emu.permissions where lower(principal) = lower($1)', [name]);
        await change.run('delete from emu.role_members where lower(member) = lower($1)', [name]);
        change.touched(0);
      },
      'DROP USER',
    );
  }

  async permission(statement: StatementOf<'permission'>): Promise<void> {
    const { line, action, scope } = statement;
    await this.change(
      line,
      async (change) => {
        let target = '';
        if (scope === 'schema') {
          const schema = change.catalog.schema(statement.on?.at(-1) ?? '');
          if (!schema)
            throw new SqlError(
              15151,
              `Cannot find the schema '${statement.on?.at(-1) ?? ''}', because it does not exist or you do not have permission.`,
              line,
            );
          target = schema.name;
        } else if (scope === 'object') {
          const parts = statement.on ?? [];
          const object = change.catalog.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
          if (!object)
            throw new SqlError(
              15151,
              `Cannot find the object '${parts.join('.')}', because it does not exist or you do not have permission.`,
              line,
            );
          target = `${object.schema}.${object.name}`;
        }
        for (const permission of statement.permissions) {
          if (!known.has(permission)) throw unsupported(`${action.toUpperCase()} ${permission}`, line);
          for (const principal of statement.principals) {
            const [found] = await change.run('select 1 from emu.principals where lower(name) = lower($1)', [
              principal,
            ]);
            if (!found)
              throw new SqlError(
                15151,
                `Cannot find the user '${principal}', because it does not exist or you do not have permission.`,
                line,
              );
            await change.run(
              'delete from emu.permissions where lower(principal) = lower($1) and permission = $2 and scope = $3 and target = $4',
              [principal, permission, scope, target],
            );
            if (action !== 'revoke') {
              await change.run('insert into emu.permissions values ($1, $2, $3, $4, $5)', [
                principal,
                action.toUpperCase(),
                permission,
                scope,
                target,
              ]);
            }
          }
        }
        change.touched(0);
      },
      action.toUpperCase(),
    );
  }

  async alterRole(statement: StatementOf<'alterRole'>): Promise<void> {
    const { line } = statement;
    const role = statement.role.toLowerCase();
    if (!fixedRoles.has(role)) throw unsupported(`role ${statement.role}`, line);
    await this.change(
      line,
      async (change) => {
        await change.run('delete from emu.role_members where role = $1 and lower(member) = lower($2)', [
          role,
          statement.member,
        ]);
        if (statement.add)
          await change.run('insert into emu.role_members values ($1, $2)', [role, statement.member]);
        change.touched(0);
      },
      'ALTER ROLE',
    );
  }

  override async drop(statement: StatementOf<'drop'>): Promise<void> {
    if (statement.what !== 'user') return super.drop(statement);
    for (const parts of statement.names)
      await this.dropUser(parts.at(-1) ?? '', statement.ifExists, statement.line);
  }
}
