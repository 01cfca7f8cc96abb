// Runs before the first paint so that a chosen theme does not flash. A file of its own because the page's
// content-security policy allows no inline script.
try {
  const theme = localStorage.getItem("rankle.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's preference applies then.
}
