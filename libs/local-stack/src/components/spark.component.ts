import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from '../component.js';
import { answersHttp } from '../probes.js';
import { startProgram } from '../program.js';
import { cloneRoot, installed } from '../stack-paths.js';
import type { StackPlan } from '../stack-plan.js';
import { storeEnvironment } from './service.component.js';

/** The warm driver: one JVM that takes runs over HTTP. */
export function sparkComponent(plan: StackPlan): Component {
  const { paths, port, endpoints } = plan;
  const logFile = paths.logOf('spark', 1);
  const scratch = paths.dataOf('spark');
  const packageDir = join(cloneRoot, 'spark');
  return {
    name: 'spark',
    replica: 1,
    version: '4.0.2',
    address: `127.0.0.1:${port('spark')}`,
    logFile,
    needs: ['s3'],
    essential: true,
    async start(signal) {
      mkdirSync(scratch, { recursive: true });
      return startProgram(
        {
          title: 'spark',
          command: installed.python,
          args: ['-m', 'thalamus_spark.driver', '--port', String(port('spark'))],
          cwd: packageDir,
          env: {
            ...storeEnvironment(endpoints),
            THALAMUS_SPARK_JARS: installed.sparkJars,
            THALAMUS_SPARK_DIR: scratch,
            PYTHONPATH: packageDir,
            PYTHONUNBUFFERED: '1',
          },
          logFile,
          probe: (abort) => answersHttp(`${endpoints.spark.url}/health/ready`, abort),
          stopWithinMs: 3000,
        },
        signal,
      );
    },
  };
}
