#!/usr/bin/env node
/** What the npm package runs as `timmy-latency`: the same program, under Bun or Node. */
import "./_package_runtime.ts";
import "./main.ts";
