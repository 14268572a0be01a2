// The program under test, and telephone calls to it.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";

export const aida = resolve(process.env.AIDA_BIN ?? join(__dirname, "..", "..", "target", "debug", "aida"));
export const url = `http://127.0.0.1:${process.env.AIDA_PORT}`;
export const demoPassword = "correct horse battery staple";
export const demoUser = "demo@aida.test";
/** May read at the Soup Cookoff, and owns the clinic; both with the demo's password. */
export const reader = "reader@aida.test";
export const stranger = "stranger@aida.test";

export const cookoff = { slug: "soup-cookoff", name: "The Soup Cookoff", number: "+14155550101" };
export const coffee = { slug: "mangy-dog", name: "Mangy Dog Coffee", number: "+14155550102" };
export const golf = { slug: "pine-valley", name: "Pine Valley Golf", number: "+14155550103" };
export const clinic = { slug: "riverside", name: "Riverside Clinic", number: "+14155550104" };

/** A call under way; `over` gives what `aida call` printed once the call has ended. */
export function call(to: string, ...more: string[]): { over: Promise<string> } {
  const phone = spawn(aida, ["call", "--url", url, "--to", to, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  phone.stdout.on("data", (text) => (said += text));
  phone.stderr.on("data", (text) => (said += text));
  const over = new Promise<string>((resolve, reject) => {
    phone.once("error", reject);
    phone.once("exit", (code) => (code === 0 ? resolve(said) : reject(new Error(`aida call ended with ${code}:\n${said}`))));
  });
  over.catch(() => {}); // A test that fails earlier need not wait for its call.
  return { over };
}
