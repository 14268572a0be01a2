// One fresh server for the whole run: its own data, the four demo organisations, no account keys.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { aida, clinic, cookoff, demoPassword, reader, stranger, url } from "./aida";

export default async function serve(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "aida-end2end-"));
  const log = join(folder, "log");
  const options = {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: process.env.AIDA_PORT,
      DATA_DIR: join(folder, "data"),
      DATABASE_URL: `sqlite://${join(folder, "data", "aida.db")}`,
      AIDA_DEMO_PASSWORD: demoPassword,
      AIDA_SITE_ROOT: join(__dirname, "..", "..", "target", "site"),
    },
  };
  execFileSync(aida, ["demo"], { ...options, stdio: ["ignore", "ignore", "inherit"] });

  for (const [email, org, role] of [[reader, cookoff.slug, "read_only"], [stranger, clinic.slug, "owner"]]) {
    const env = { ...options.env, AIDA_USER_PASSWORD: demoPassword };
    execFileSync(aida, ["user", "add", email, "--org", org, "--role", role], { ...options, env, stdio: ["ignore", "ignore", "inherit"] });
  }

  const output = openSync(log, "w");
  const server = spawn(aida, ["serve"], { ...options, stdio: ["ignore", output, output] });
  await ready(() => `${server.exitCode === null ? "" : "It ended by itself. "}${readFileSync(log)}`);

  return async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}

async function ready(story: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The server was not ready in 30 s. ${story()}`);
}
