import { z } from 'zod';

/** What an operator asks for, in Debezium's signal shape: the value on the signals topic, keyed by the sync group. */
export const signalSchema = z.object({
  id: z.string().min(1),
  type: z.enum(['execute-snapshot', 'stop-snapshot', 'pause', 'resume']),
  /** `data-collections`: table ids `schema.table`; absent = every table of the group. */
  data: z
    .object({
      'data-collections': z.array(z.string()).optional(),
      type: z.enum(['incremental', 'blocking']).optional(),
      reason: z.string().optional(),
    })
    .default({}),
});
export type Signal = z.infer<typeof signalSchema>;
