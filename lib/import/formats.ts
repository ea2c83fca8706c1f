import type { Converter } from "./converter.ts";

/** The projects whose records can be read, and how to begin. */
export const importFormats: ReadonlyMap<string, () => Promise<Converter>> = new Map([
  [
    "homeassistant",
    async () => new (await import("./home_assistant.ts")).HomeAssistantConverter() as Converter,
  ],
  ["pipecat", async () => new (await import("./pipecat.ts")).PipecatConverter() as Converter],
  ["livekit", async () => new (await import("./livekit.ts")).LiveKitConverter() as Converter],
]);
