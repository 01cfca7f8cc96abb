// What can be done on each page: one file per app in plans/, found by its name.
//
//   day        which day the app's sessions fall on; without it a day is derived from the name
//   benign     name -> how an innocent thing is done
//   faults     planted faults, see Actor.fault. Modes: cut (events of a third-party control end before its handler), dead, silent (handler
//              gives up without a word), throw, error (request fails), slow (request takes 3 to 6 s), freeze/burn (the page stands
//              still), cover, off (disabled), hold (needs to be held)
//   struggles  name -> how somebody struggles with what is no single broken control, see verbs.mjs
//   mouseOnly, touchOnly   names of benign things and struggles that only one kind of pointer does
//   take       how many of each a session gets: { benign, faults, struggles }
//   last       list of things that every second session ends with, instead of a press on the heading
//   reset      brings the page back to where every step begins
//   loads      the screens are real page loads
//   sessions   how many at most, where each of them is large
//   whole      every press of a session must have a label; a session with another is left out
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hash32 } from '../../../demo/generator/src/rng.mjs';

/** loadPlans answers {app: plan}, in the order of the days. */
export async function loadPlans() {
  const dir = fileURLToPath(new URL('plans/', import.meta.url));
  const names = (await readdir(dir)).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4));
  const plans = await Promise.all(names.map(async (app) => {
    const plan = (await import(`./plans/${app}.mjs`)).default;
    return [app, { ...plan, day: plan.day ?? 20 + hash32('day', app) % 300 }];
  }));
  return Object.fromEntries(plans.sort(([a, x], [b, y]) => x.day - y.day || (a < b ? -1 : 1)));
}
