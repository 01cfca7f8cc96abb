// One moment of a recording as a still picture, with a layer of ours over it. The layer may ask where elements of the
// recorded page lie: it reads boxes from outside, the frame itself runs no script.
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { fetchEvents } from "../api/client";
import type { Box } from "../model/place";
import { loadStage } from "./load";
import type { Size } from "./stage";

/**
 * Boxes of the elements that a control's selector finds in the picture, in CSS px of its page: of those that bear its
 * label, if any do. None for a selector that is not one.
 */
export type Find = (selector: string, label: string) => Box[];

// What is drawn over a picture is to be looked at: a list of a thousand rows is not marked row by row.
const maxBoxes = 60;

const plain = (s: string): string => s.replaceAll(/\s+/g, " ").trim().toLowerCase();

function boxOf(element: Element): Box {
  const { x, y, width, height } = element.getBoundingClientRect();
  let pinned = false;
  for (let e: Element | null = element; e !== null && !pinned; e = e.parentElement) pinned = /fixed|sticky/.test(e.ownerDocument.defaultView?.getComputedStyle(e).position ?? "");
  return { x, y, width, height, pinned };
}

interface Drawn { size: Size; find: Find }

// The whole page is shown by a window as high as the page. Pages that grow with their window (to 100 % of it) would grow
// without end: one that grows by more than this part is shown as high as its window was.
const growth = 0.1;
// What is longer than this is a list without an end.
const maxPagePx = 12_000;

// Layout of the recorded page settles in the frames after it was built.
export const settleMS = 200;

/** Makes the frame as high as its page, and returns what it shows then. */
function unrolled(host: HTMLElement, size: Size): Size {
  const frame = host.querySelector("iframe");
  const page = frame?.contentDocument?.documentElement;
  if (frame === null || page === null || page === undefined) return size;
  const high = () => Math.min(maxPagePx, Math.max(size.height, page.scrollHeight, frame.contentDocument?.body?.scrollHeight ?? 0));
  const height = high();
  frame.style.height = `${height}px`;
  page.scrollTop = 0;
  if (height > size.height && high() <= height * (1 + growth)) return { width: size.width, height };
  frame.style.height = "";
  return size;
}

/** `whole` shows the page down to its end where that is possible; size.height tells how far. */
export function Picture({ eventsURL, name, whole = false, children }: { eventsURL: string; name: string; whole?: boolean; children(drawn: Drawn, scale: number): ReactNode }) {
  const outer = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [failure, setFailure] = useState("");
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const host = root.current;
    if (host === null) return;
    const abort = new AbortController();
    let close = () => {};
    setDrawn(null);
    setFailure("");
    Promise.all([fetchEvents(eventsURL, abort.signal), loadStage()]).then(
      ([slice, { createStage }]) => {
        if (abort.signal.aborted) return;
        host.replaceChildren();
        let size: Size = { width: 1280, height: 800 };
        const find: Find = (selector, label) => {
          const page = host.querySelector("iframe")?.contentDocument;
          if (selector === "" || page === null || page === undefined) return [];
          try {
            // Selectors for people leave out elements without a name of their own, so that ">" skips some.
            const found = [...page.querySelectorAll(selector.replaceAll(" > ", " "))];
            const named = found.filter((e) => label !== "" && plain(e.textContent ?? "").includes(plain(label)));
            return (named.length > 0 ? named : found).slice(0, maxBoxes).map((e) => boxOf(e)).filter((b) => b.width > 0 && b.height > 0);
          } catch {
            return []; // recorded names can make a selector that no browser reads
          }
        };
        const stage = createStage(host, slice.events, (s) => {
          size = s;
          setDrawn((d) => (d === null ? d : { ...d, size: s }));
        });
        close = () => stage.destroy();
        stage.pause(slice.offset_ms);
        setDrawn({ size, find });
        if (whole) window.setTimeout(() => !abort.signal.aborted && setDrawn({ size: unrolled(host, size), find }), settleMS);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      abort.abort();
      close();
    };
  }, [eventsURL]);
  useLayoutEffect(() => {
    const element = outer.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  const size = drawn?.size ?? { width: 1280, height: 800 };
  const scale = width > 0 ? Math.min(1, width / size.width) : 0;
  return (
    <div className="picture" ref={outer} role="img" aria-label={name}>
      <div className="frame" style={{ width: Math.round(size.width * scale), height: Math.round(size.height * scale) }}>
        <div className="page" ref={root} style={{ width: size.width, height: size.height, transform: `scale(${scale})` }} />
        {drawn !== null && <div className="picture-layer" style={{ width: size.width, height: size.height, transform: `scale(${scale})` }}>{children(drawn, scale)}</div>}
        {drawn === null && failure === "" && <div className="veil" role="status"><span className="spinner" />Loading the picture…</div>}
      </div>
      {failure !== "" && <p className="error" role="alert">{failure}</p>}
    </div>
  );
}
