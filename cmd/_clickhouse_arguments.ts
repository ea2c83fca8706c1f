import type { ArgumentTable } from "./_command.ts";

/** Options of `export` that only go with ClickHouse. */
export const clickHouseArguments = {
  init: { type: "boolean", description: "with clickhouse: create the database and its tables" },
  cluster: {
    type: "string",
    valueHint: "NAME",
    description: "with --init: tables on each shard of the server's cluster NAME",
  },
  follow: {
    type: "boolean",
    description: "with clickhouse: go on with what is logged, until a signal comes",
  },
  audit: {
    type: "boolean",
    description: "with clickhouse: compare what is stored with the log; exit 1 if it differs",
  },
  host: {
    type: "string",
    valueHint: "NAME",
    description: "with clickhouse: what to call this machine, instead of its own name",
  },
  "print-schema": {
    type: "boolean",
    description: "with clickhouse: print the statements of --init, and run none",
  },
} as const satisfies ArgumentTable;
