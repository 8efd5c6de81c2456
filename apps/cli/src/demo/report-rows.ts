import type { PipelineConfig } from '@thalamus/contracts';
import { quoteIdentifier, Warehouse } from '@thalamus/redshift';
import type { Login } from '@thalamus/local-stack';

const reports = [
  {
    name: 'interview_fill_rate',
    columns: ['program_name', 'season_name', 'held_on', 'capacity', 'booked', 'free', 'fill_rate'],
    order: 'booked desc, held_on',
  },
  {
    name: 'applicant_funnel',
    columns: ['program_name', 'season_name', 'applied', 'invited', 'scheduled', 'interviewed', 'evaluated'],
    order: 'applied desc',
  },
] as const;

/** Prints the first rows of each report, read from the warehouse as a dashboard would. */
export async function printReports(
  warehouse: Login & { readonly ssl: boolean },
  config: PipelineConfig,
  say: (line: string) => void,
): Promise<void> {
  await using client = new Warehouse({ ...warehouse, maxConnections: 1 });
  for (const { name, columns, order } of reports) {
    const table = `${quoteIdentifier(config.warehouse.reportSchema)}.${quoteIdentifier(name)}`;
    const list = columns.map((column) => `cast(${column} as varchar(100)) as ${column}`).join(', ');
    const { rows } = await client.query(`select ${list} from ${table} order by ${order} limit 5`);
    say(`\n   ${name}`);
    say(`   ${columns.map((column, i) => column.slice(0, cell(i)).padEnd(cell(i))).join(' ')}`);
    for (const row of rows)
      say(`   ${columns.map((column, i) => text(row[column]).slice(0, cell(i)).padEnd(cell(i))).join(' ')}`);
  }
}

const cell = (index: number): number => (index === 0 ? 34 : 12);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
