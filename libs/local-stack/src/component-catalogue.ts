import type { Component } from './component.js';
import { kafkaComponent } from './components/kafka.component.js';
import { postgresComponent } from './components/postgres.component.js';
import { S3_PORTS, s3Component } from './components/s3.component.js';
import { azureSqlEmulatorComponent, redshiftEmulatorComponent } from './components/emulator.component.js';
import { serviceComponent } from './components/service.component.js';
import { sparkComponent } from './components/spark.component.js';
import { replicaName } from './stack-plan.js';
import { StackError } from './local-stack.errors.js';
import type { StackPlan } from './stack-plan.js';

interface Entry {
  readonly make: (plan: StackPlan, replica: number) => Component;
  /** Names under which its ports are remembered; replicas above 1 get `-<replica>` appended. */
  readonly ports: readonly string[];
  /** Whether more than one may run. */
  readonly replicated?: boolean;
}

const CATALOGUE = {
  kafka: { make: kafkaComponent, ports: ['kafka', 'kafka-controller'] },
  postgres: { make: postgresComponent, ports: ['postgres'] },
  s3: { make: s3Component, ports: S3_PORTS },
  'azure-sql-emulator': {
    make: azureSqlEmulatorComponent,
    ports: ['azure-sql-emulator', 'azure-sql-emulator-control'],
  },
  'redshift-emulator': {
    make: redshiftEmulatorComponent,
    ports: ['redshift-emulator', 'redshift-emulator-control'],
  },
  spark: { make: sparkComponent, ports: ['spark'] },
  capture: { make: serviceComponent('capture'), ports: ['capture'], replicated: true },
  loader: { make: serviceComponent('loader'), ports: ['loader'], replicated: true },
  transformer: { make: serviceComponent('transformer'), ports: ['transformer'], replicated: true },
} satisfies Record<string, Entry>;

/** What a stack can consist of, in the order in which it is shown. */
export type ComponentName = keyof typeof CATALOGUE;

export const componentNames = Object.keys(CATALOGUE) as ComponentName[];

function entryOf(name: string): Entry {
  const entry = (CATALOGUE as Record<string, Entry>)[name];
  if (entry === undefined)
    throw new StackError(`there is no component ${name}; known are ${componentNames.join(', ')}.`);
  return entry;
}

/** Every name that needs a port, so that addresses are settled before anything starts. */
export function allPortNames(): string[] {
  return Object.values(CATALOGUE).flatMap((entry: Entry) => entry.ports);
}

/** Port names of one replica. */
export function replicaPortNames(name: string, replica: number): string[] {
  return entryOf(name).ports.map((port) => replicaName(port, replica));
}

/** @throws StackError for an unknown name, or a second replica of what there can be only one of */
export function makeComponent(name: string, plan: StackPlan, replica = 1): Component {
  const entry = entryOf(name);
  if (replica > 1 && entry.replicated !== true)
    throw new StackError(`${name} runs once; there is no replica ${replica} of it.`);
  return entry.make(plan, replica);
}
