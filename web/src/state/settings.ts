// What the reader chose for this browser: theme and single-key shortcuts. Kept in localStorage where that is allowed.
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const themeKey = "rankle.theme"; // public/theme.js reads it too, before the first paint
const keysKey = "rankle.shortcuts";
const listeners = new Set<() => void>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage forbidden: settings last as long as the page
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // See read.
  }
}

let theme: Theme = (() => {
  const t = read(themeKey);
  return t === "light" || t === "dark" ? t : "system";
})();
let shortcuts = read(keysKey) !== "off";

function changed(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setTheme(next: Theme): void {
  theme = next;
  write(themeKey, next === "system" ? null : next);
  if (next === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = next;
  changed();
}

export function setShortcuts(on: boolean): void {
  shortcuts = on;
  write(keysKey, on ? null : "off");
  changed();
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, () => theme);
export const useShortcuts = (): boolean => useSyncExternalStore(subscribe, () => shortcuts);
export const shortcutsOn = (): boolean => shortcuts;
