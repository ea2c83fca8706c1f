import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { run, temporaryFolder } from "../support/binary.ts";
import {
  clickHouseTools,
  startClickHouse,
  type TestServer,
  type TestServers,
} from "../support/clickhouse.ts";
import { linesFrom, shippedLog } from "../support/shipping.ts";
import { describeWithTools } from "../support/tools.ts";

setDefaultTimeout(60_000);

describeWithTools("clickhouses://", [...clickHouseTools, "openssl"], () => {
  const folder = temporaryFolder();
  const certificate = join(folder.path, "certificate.pem");
  let servers: TestServers;
  let server: TestServer;
  let front: Server;
  beforeAll(async () => {
    servers = await startClickHouse();
    server = servers.first;
    const key = join(folder.path, "key.pem");
    await signOneself(key, certificate);
    front = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
      const { hostname, port } = new URL(`http://${server.host}`);
      const behind = connect(Number(port), hostname);
      // Either side may go as it likes.
      socket.on("error", () => behind.destroy());
      behind.on("error", () => socket.destroy());
      socket.pipe(behind).pipe(socket);
    });
    front.on("tlsClientError", () => {});
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
  });
  afterAll(async () => {
    front.close();
    folder[Symbol.dispose]();
    await servers[Symbol.asyncDispose]();
  });

  test("ships and asks by TLS where the certificate is trusted, and at once says where it is not", async () => {
    using log = await shippedLog(server, linesFrom(0, 500));
    const address = front.address();
    const port = typeof address === "object" ? address?.port : 0;
    const place = `clickhouses://127.0.0.1:${port}/${log.database}`;
    const ship = ["export", "--to", place, "--host", "booth", log.path];
    const stranger = await run(ship);
    expect(stranger.code).toBe(5);
    expect(stranger.stderr).toBe(
      `timmy-latency: Cannot use ${place}: self signed certificate; to trust it, name a file with it or its signer in NODE_EXTRA_CA_CERTS\n`,
    );
    const env = { NODE_EXTRA_CA_CERTS: certificate };
    const trusted = await run(ship, { env });
    expect(trusted.stderr).toStartWith("Shipped 500 events ");
    expect(trusted.code).toBe(0);
    const asked = await run(["analyze", "--summary", "--format", "json", place], { env });
    expect(JSON.parse(asked.stdout).log.events).toBe(500);
    // What speaks no TLS is no server either.
    const plain = await run(["analyze", `clickhouses://${server.host}/${log.database}`], { env });
    expect(plain.code).toBe(5);
    expect(plain.stderr).toStartWith("timmy-latency: Cannot use clickhouses://");
  });
});

/** Makes a key, and a certificate for this machine that nobody but its maker has signed. */
async function signOneself(key: string, certificate: string): Promise<void> {
  const words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", certificate];
  const command = ["openssl", "req", "-x509", "-days", "2", ...words, ...names, ...files];
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "pipe" });
  if ((await child.exited) !== 0) throw new Error(await new Response(child.stderr).text());
}
