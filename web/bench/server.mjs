// What the measurements share: a server on a data directory.
import { spawn } from "node:child_process";

/** Starts a server and waits until it has told its address. */
export async function serve(binary, data) {
  const child = spawn(binary, ["serve", "--data", data, "--addr", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise((done, fail) => {
    let told = "";
    const look = (chunk) => {
      told += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(told);
      if (found !== null) done(found[0]);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("exit", () => fail(new Error(`rankle ended before it served:\n${told}`)));
  });
  return { url, stop: () => new Promise((done) => { child.removeAllListeners("exit"); child.on("exit", done); child.kill(); }) };
}

/** Waits until everything is served: sessions and clips come after the list. */
export async function ready(url) {
  for (let i = 0; i < 1200; i++) {
    if (await fetch(`${url}/readyz`).then((r) => r.ok, () => false)) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("rankle is not ready after two minutes");
}
