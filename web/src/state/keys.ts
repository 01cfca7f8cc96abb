// Single-key shortcuts. They are silent while somebody types, while a dialog is open, with modifier keys, and when
// the reader switched them off (WCAG 2.2, 2.1.4).
import { useEffect, useRef } from "react";
import { shortcutsOn } from "./settings";

export type Bindings = Record<string, (e: KeyboardEvent) => void>;

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

// A focused control keeps the keys that work it.
function owns(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === "Enter") return target.closest("a,button,summary") !== null;
  if (key === " ") return target.closest("button,summary") !== null;
  return key.startsWith("Arrow") && target.closest("[role=slider],[role=radiogroup],[role=listbox]") !== null;
}

/** Binds keys (KeyboardEvent.key, "Shift+ArrowLeft" for arrows with shift) for as long as the component is shown. */
export function useKeys(bindings: Bindings, active = true): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    if (!active) return;
    const press = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || owns(e.target, e.key)) return;
      if (!shortcutsOn() && e.key !== "Escape") return;
      if (document.querySelector("dialog[open]") !== null) return;
      const name = e.shiftKey && e.key.startsWith("Arrow") ? `Shift+${e.key}` : e.key;
      const bound = latest.current[name];
      if (bound === undefined) return;
      e.preventDefault();
      bound(e);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [active]);
}
