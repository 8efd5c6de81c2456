import { refusedByRedshift } from '../errors.js';
import type { Cursor, QualifiedName } from './cursor.js';
import { rewrite } from './expressions.js';
import { quoteIdentifier, quoteLiteral, render, type Token } from './lexer.js';
import { sqlName, type Plan } from './plan.js';
import { tablesIn } from './tables-in.js';

const MERGE_RULE = 'MERGE needs one WHEN MATCHED THEN UPDATE or DELETE and one WHEN NOT MATCHED THEN INSERT';

/** MERGE in Redshift's form; the cursor stands at the word. */
export function planMerge(cursor: Cursor, _isolation: unknown, tokens: readonly Token[]): Plan {
  cursor.next();
  cursor.expect('into');
  const target = cursor.qualifiedName();
  if (!cursor.at('using')) throw refusedByRedshift('MERGE target cannot have an alias');
  cursor.next();
  if (cursor.atSymbol('(')) throw refusedByRedshift('MERGE source must be a table, not a subquery');
  const source = cursor.qualifiedName();
  if (sqlName(source) === sqlName(target)) throw refusedByRedshift('MERGE source cannot be the target table');
  const words = tokens
    .filter(({ kind }) => kind !== 'blank')
    .map(({ kind, value }) => (kind === 'word' ? value : ''));
  const text = ` ${words.join(' ')} `;
  if (text.endsWith(' remove duplicates ')) return planRemoveDuplicates(cursor, target, source);
  const whens = text.match(/ when /g)?.length ?? 0;
  const matched = / when matched then (update|delete) /.test(text);
  const missing = text.includes(' when not matched then insert ');
  if (whens !== 2 || !matched || !missing) throw refusedByRedshift(MERGE_RULE);
  return { kind: 'forward', sql: render(rewrite(tokens)), lock: sqlName(target), reads: tablesIn(tokens) };
}

/** MERGE … REMOVE DUPLICATES: the source's rows take the place of those they match; the cursor stands behind the source. */
function planRemoveDuplicates(cursor: Cursor, target: QualifiedName, source: QualifiedName): Plan {
  const named = cursor.accept('as') || !cursor.at('on');
  const alias = quoteIdentifier(named ? cursor.identifier() : source.name);
  cursor.expect('on');
  const condition: Token[] = [];
  while (!cursor.at('remove', 'duplicates')) {
    const start = cursor.position;
    if (cursor.at('when')) throw refusedByRedshift('MERGE with REMOVE DUPLICATES takes no WHEN clause');
    cursor.next();
    condition.push(...cursor.sliceFrom(start));
  }
  const on = render(rewrite(condition)).trim();
  const [into, from] = [sqlName(target), sqlName(source)];
  return {
    kind: 'definition',
    tag: 'MERGE',
    steps: [
      `lock table ${into} in share row exclusive mode`,
      `select redshift_emulator.check_merge(${quoteLiteral(into)}, ${quoteLiteral(from)})`,
      `do ${quoteLiteral(
        `begin if exists (select from ${into} join ${from} ${alias} on ${on} group by ${quoteIdentifier(target.name)}.ctid having count(*) > 1)
           then raise exception using errcode = '21000', message = 'MERGE command cannot affect row a second time'; end if; end`,
      )}`,
      `delete from ${into} using ${from} ${alias} where ${on}`,
      `insert into ${into} select * from ${from}`,
    ],
  };
}
