import { describeRecords } from 'ar-rtm-testkit/engine';
import { MemoryRecords } from '../../src/engines/memory/memory-records.js';

describeRecords('memory', async () => {
  let records = new MemoryRecords();
  return {
    records,
    reopen: async () => {
      await records.close();
      records = new MemoryRecords({ content: records.content });
      return records;
    },
    crash: async () => {
      records = new MemoryRecords({ content: records.crash() });
      return records;
    },
    dispose: () => records.close(),
  };
});
