// Serves the built viewer and invented API data under the same content-security policy as the real server.
//   node mock/server.mjs            port 4173 (PORT overrides; 0 picks a free one and prints it)
// RANKLE_MOCK=none|empty|bare shows the viewer against a server that is not set up.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { answerAs } from "./data.mjs";

const dist = new URL("../dist/", import.meta.url);
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".md": "text/plain; charset=utf-8" };
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const wanted = (path) => ["/api/v1/access", "/api/v1/report", ...(path === "/" ? ["/api/v1/issues?limit=50"] : [])].map((a) => `<${a}>; rel=preload; as=fetch; crossorigin`);

async function body(req) {
  let text = "";
  for await (const chunk of req) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

export function start(port, mode = "") {
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? "/", "http://localhost");
    res.setHeader("content-security-policy", policy);
    res.setHeader("x-content-type-options", "nosniff");
    if (url.pathname.startsWith("/api/")) {
      const a = answerAs(mode, req.method, url.pathname, url.searchParams, await body(req));
      res.writeHead(a.status, { "content-type": a.status < 400 ? "application/json" : "application/problem+json" });
      res.end(JSON.stringify(a.body));
      return;
    }
    const asset = extname(url.pathname) !== "" && !url.pathname.startsWith("/issues/") && !url.pathname.startsWith("/sessions/");
    const file = new URL(asset ? `.${url.pathname}` : "./index.html", dist);
    try {
      if (!file.href.startsWith(dist.href)) throw new Error("outside");
      const bytes = await readFile(file);
      if (!asset) res.setHeader("link", wanted(url.pathname)); // as api/web.go
      res.writeHead(200, { "content-type": types[extname(file.pathname)] ?? "application/octet-stream" });
      res.end(bytes);
    } catch {
      res.writeHead(404, { "content-type": "text/plain" });
      res.end("not found");
    }
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => done({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() })));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { url } = await start(Number(process.env.PORT ?? 4173), process.env.RANKLE_MOCK ?? "");
  console.log(url);
}
