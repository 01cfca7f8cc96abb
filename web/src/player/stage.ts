// The picture: rrweb's Replayer in its sandboxed frame. This is the only module that knows rrweb, and it is loaded
// when the first recording is opened.
//
// Recordings are hostile. The Replayer's frame has sandbox="allow-same-origin" and nothing else, so no script of a
// recording runs; the option that would allow scripts (for canvas replay) is never set. The page's content-security
// policy is inherited by the frame and keeps it from loading anything from another host.
import { Replayer } from "rrweb";
import type { RecordedEvent } from "../api/wire";
import type { Stage } from "./engine";

export interface Size { width: number; height: number }

const sandbox = "allow-same-origin";
// A viewport beyond this is a broken or hostile number, not a screen.
const maxSidePx = 16384;

/** Builds the picture inside `root`. `onSize` is told the recorded viewport, also when it changes while playing. */
export function createStage(root: HTMLElement, events: readonly RecordedEvent[], onSize: (size: Size) => void): Stage {
  const silent = { log: () => {}, warn: () => {} };
  const replayer = new Replayer(events as ConstructorParameters<typeof Replayer>[0], {
    root,
    speed: 1,
    skipInactive: false,
    mouseTail: false,
    showWarning: false,
    showDebug: false,
    triggerFocus: false,
    logger: silent,
  });
  if (replayer.iframe.getAttribute("sandbox") !== sandbox) {
    replayer.destroy();
    throw new Error("The recording would not be played in a script-free frame, so it is not played.");
  }
  replayer.iframe.title = "Recorded page";
  replayer.iframe.tabIndex = -1;
  let told: Size | null = null;
  replayer.on("resize", (event: unknown) => {
    const { width, height } = event as Partial<Size>;
    if (typeof width !== "number" || typeof height !== "number" || !(width > 0 && height > 0 && width <= maxSidePx && height <= maxSidePx)) return;
    told = { width, height };
    onSize(told);
  });
  // rrweb tells the size that the recording begins with in a timer of its own, however far it was played by then.
  let shown: Size | null = null;
  setTimeout(() => {
    if (shown === null || (told?.width === shown.width && told.height === shown.height)) return;
    replayer.iframe.width = String(shown.width);
    replayer.iframe.height = String(shown.height);
    onSize(shown);
  });
  return {
    now: () => replayer.getCurrentTime(),
    play: (at) => replayer.play(at),
    pause: (at) => {
      replayer.pause(at);
      shown = told;
    },
    setSpeed: (speed) => replayer.setConfig({ speed }),
    destroy: () => {
      replayer.pause();
      replayer.destroy();
    },
  };
}
