// Takes the pictures of the documents from the demo: make pictures. RANKLE_URL names the server, RANKLE_SHOTS the folder.
import { open, shot } from "./harness.mjs";

const world = await open();

/** Opens a path, waits for what the picture is of, and takes it as a small window shows it. */
async function picture(name, path, ready) {
  const { page, close } = await world.page({ width: 1180, height: 760 });
  await page.goto(path);
  await page.locator(ready).first().waitFor();
  await shot(page, name, { fullPage: false });
  await close();
}

try {
  const first = (await world.api("/issues")).issues[0];
  await picture("fix-list", "/", "li.row");
  await picture("clip", `/issues/${encodeURIComponent(first.key)}/clips/${first.clips[0].index}`, ".ring.friction b");
} finally {
  await world.close();
}
