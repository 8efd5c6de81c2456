import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import type { Component } from '../component.js';
import { StackError } from '../local-stack.errors.js';
import { logTail, openLog, startProgram } from '../program.js';
import { installed } from '../stack-paths.js';
import type { StackPlan } from '../stack-plan.js';

export const KAFKA_VERSION = '4.3.1';

const { Kafka, logLevel } = kafkajs;

/** Settings for one broker on one machine: small, and without the waits that only help clusters. */
function serverProperties(broker: number, controller: number, logDir: string): string {
  return `# written by the local stack at every start
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=${logDir}
num.partitions=6
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=1
log.retention.hours=72
log.segment.bytes=134217728
log.cleaner.dedupe.buffer.size=16777216
message.max.bytes=10485760
replica.fetch.max.bytes=10485760
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
`;
}

const LOGGING = `status=error
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.target=SYSTEM_ERR
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{yyyy-MM-dd'T'HH:mm:ss.SSSX} %p %m (%c)%n
`;

/** Real Kafka, KRaft mode, one node. */
export function kafkaComponent(plan: StackPlan): Component {
  const { paths, state, port } = plan;
  const logFile = paths.logOf('kafka', 1);
  const dataDir = paths.dataOf('kafka');
  const properties = join(dataDir, 'server.properties');
  const classpath = join(installed.kafkaJars, '*');
  // A broker of one machine that serves one pipeline does little: the second compiler would cost more CPU time than it saves.
  const machine = [
    '-Xms128m',
    '-Xmx512m',
    '-XX:+ExitOnOutOfMemoryError',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
  ];
  const java = [
    ...machine,
    `-Dlog4j2.configurationFile=${join(dataDir, 'log4j2.properties')}`,
    '-cp',
    classpath,
  ];
  const broker = `127.0.0.1:${port('kafka')}`;
  return {
    name: 'kafka',
    replica: 1,
    version: KAFKA_VERSION,
    address: broker,
    logFile,
    needs: [],
    essential: true,
    async start(signal) {
      const logDir = join(dataDir, 'log');
      mkdirSync(logDir, { recursive: true });
      writeFileSync(properties, serverProperties(port('kafka'), port('kafka-controller'), logDir));
      writeFileSync(join(dataDir, 'log4j2.properties'), LOGGING);
      if (!existsSync(join(logDir, 'meta.properties')))
        await format(java, state.clusterId, properties, logFile);
      return startProgram(
        {
          title: 'kafka',
          command: 'java',
          args: [...java, 'kafka.Kafka', properties],
          cwd: dataDir,
          logFile,
          probe: () => answersMetadata(broker),
        },
        signal,
      );
    },
  };
}

/** Gives the empty log directory its cluster id; writes meta.properties last, so an interrupted one is repeated. */
function format(
  java: readonly string[],
  clusterId: string,
  properties: string,
  logFile: string,
): Promise<void> {
  const log = openLog(logFile);
  const args = [
    ...java,
    'kafka.tools.StorageTool',
    'format',
    '--ignore-formatted',
    '-t',
    clusterId,
    '-c',
    properties,
  ];
  const child = spawn('java', args, { stdio: ['ignore', log, log] });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new StackError('kafka: java cannot be started; install Java 17 or newer.', { cause })),
    );
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(new StackError(`kafka: formatting its storage ended with code ${code}:\n${logTail(logFile)}`));
    });
  });
}

async function answersMetadata(broker: string): Promise<void> {
  const client = new Kafka({
    clientId: 'thalamus-local-stack',
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 4000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error('no broker is registered yet');
  } finally {
    await admin.disconnect();
  }
}
