// Screens of a page that is never loaded again: the address changes by history.pushState.
const base = () => `/${location.pathname.split('/')[1]}`;

/** path is the address below the app's own, "/" for its first screen. */
export const path = () => location.pathname.slice(base().length) || '/';

/** go opens another screen. */
export function go(to) { history.pushState({}, '', base() + (to === '/' ? '' : to)); changed(); }

let draw = () => {};
function changed() { draw(path()); scrollTo(0, 0); }

/** routes draws the screen of each address by show(path), now and whenever it changes. */
export function routes(show) {
  draw = show;
  addEventListener('popstate', changed);
  draw(path());
}
