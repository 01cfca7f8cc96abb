// The causal model's constants: period, releases, planted faults with their harm, innocent twins.

export const SEED = 20261115;
export const USERS = 250;
export const START = Date.UTC(2026, 9, 5); // Monday 2026-10-05, 00:00 UTC
export const DAYS = 42; // the last day is Sunday 2026-11-15
export const DAY = 86400000;

/** Releases: first day and the number of days over which users receive it. */
export const RELEASES = [
  { version: '3.0.0', day: -30, spread: 1 },
  { version: '3.1.0', day: 6, spread: 4 },
  { version: '3.1.1', day: 15, spread: 5 },
  { version: '3.2.0', day: 24, spread: 6 },
  { version: '3.2.1', day: 34, spread: 4 },
];
const since = (v) => RELEASES.map((r) => r.version).slice(RELEASES.findIndex((r) => r.version === v));
const BOTH = ['desktop', 'mobile'];

/**
 * Faults. fail: chance that an attempt fails in an affected version, by device. abandon: chance (for a user of middling engagement) that a failed
 * attempt ends the wish to buy in this session. stay: what is taken from the log-odds of coming back.
 */
export const FAULTS = [
  { id: 'pay-500', title: 'Pay answers with a server error', screen: '/checkout/payment', selector: '[data-testid=pay]', label: 'Pay', patterns: ['error_tap', 'rage_tap'],
    versions: ['3.1.1', '3.2.0'], devices: BOTH, fail: { desktop: 0.5, mobile: 0.55 }, abandon: 0.72, stay: 0.8, handler: true },
  { id: 'checkout-covered', title: 'Checkout is covered by the invisible chat launcher', screen: '/cart', selector: '[data-testid=chat]', label: 'Chat with us', intended: '[data-testid=checkout]', patterns: ['dead_tap', 'rage_tap'],
    versions: ['3.1.1', '3.2.0', '3.2.1'], devices: ['mobile'], fail: { desktop: 0, mobile: 0.62 }, abandon: 0.62, stay: 0.6, handler: false },
  { id: 'cart-dead', title: 'Add to cart does nothing on phones', screen: '/p/*', selector: '[data-testid=add-to-cart]', label: 'Add to cart', patterns: ['dead_tap', 'rage_tap'],
    versions: since('3.1.0').slice(0, 3), devices: ['mobile'], fail: { desktop: 0, mobile: 0.48 }, abandon: 0.5, stay: 0.6, handler: false },
  { id: 'postcode-silent', title: 'The address form refuses a postcode with a blank and says nothing', screen: '/checkout', selector: '[data-testid=to-payment]', label: 'Continue to payment', patterns: ['dead_tap', 'rage_tap', 'form_trouble'],
    versions: since('3.1.0'), devices: BOTH, fail: { desktop: 0.42, mobile: 0.42 }, abandon: 0.34, stay: 0.4, handler: true },
  { id: 'search-slow', title: 'Search shows an empty frame for 4 to 7 seconds', screen: '/c/*', selector: '[data-testid=search-go]', label: 'Search', patterns: ['slow_response', 'rage_tap'],
    versions: since('3.1.1'), devices: BOTH, fail: { desktop: 0.5, mobile: 0.6 }, abandon: 0.22, stay: 0.35, handler: true },
  { id: 'filter-freeze', title: 'Applying filters freezes the page for 2.5 to 4 seconds', screen: '/c/*', selector: '[data-testid=apply-filters]', label: 'Apply filters', patterns: ['ui_freeze', 'slow_response', 'rage_tap'],
    versions: since('3.1.0').slice(0, 3), devices: BOTH, fail: { desktop: 0.4, mobile: 0.65 }, abandon: 0.14, stay: 0.5, handler: true },
  { id: 'coupon-500', title: 'Applying a coupon answers with a server error', screen: '/cart', selector: '[data-testid=coupon-apply]', label: 'Apply', patterns: ['error_tap', 'rage_tap'],
    versions: since('3.1.0'), devices: BOTH, fail: { desktop: 0.5, mobile: 0.5 }, abandon: 0.12, stay: 0.25, handler: true },
  { id: 'settings-disabled', title: 'Save changes never becomes enabled', screen: '/account/settings', selector: '[data-testid=save-settings]', label: 'Save changes', patterns: ['disabled_press'],
    versions: since('3.1.0'), devices: BOTH, fail: { desktop: 0.55, mobile: 0.55 }, abandon: 0.05, stay: 1.7, handler: false },
  { id: 'hold-spin', title: 'The 360° view wants to be held and does not say so', screen: '/p/*', selector: '[data-testid=spin]', label: '360° view', patterns: ['hold_confusion', 'rage_tap'],
    versions: since('3.1.1'), devices: BOTH, fail: { desktop: 0.6, mobile: 0.6 }, abandon: 0.03, stay: 0.05, handler: true },
  { id: 'wishlist-dead', title: 'Save (the heart) does nothing', screen: '/p/*', selector: '[data-testid=wishlist]', label: 'Save', patterns: ['dead_tap', 'rage_tap'],
    versions: since('3.1.0'), devices: BOTH, fail: { desktop: 0.5, mobile: 0.5 }, abandon: 0, stay: 0, handler: false },
];
export const fault = (id) => FAULTS.find((f) => f.id === id);

/** Innocent look-alikes, each beside the fault it could be taken for. */
export const TWINS = [
  { id: 'stepper', of: 'cart-dead', screen: '/cart', selector: '[data-testid=qty-plus]', what: 'quantity + tapped many times, answering each time' },
  { id: 'backdrop', of: 'checkout-covered', screen: '/p/*', selector: '[data-testid=size-backdrop]', what: 'tap on a dialog backdrop, which closes the dialog' },
  { id: 'glow', of: 'checkout-covered', screen: '/', selector: '[data-testid=hero-shop]', what: 'tap through a decorative overlay with pointer-events none' },
  { id: 'beacon', of: 'pay-500', screen: '/p/*', selector: '[role=tab]', what: 'tabs used while a telemetry upload fails in the background' },
  { id: 'sort-reload', of: 'search-slow', screen: '/c/*', selector: '[data-testid^=sort-]', what: 'list reload of 0.7 s, tapped with patience' },
  { id: 'visible-validation', of: 'postcode-silent', screen: '/checkout', selector: '[data-testid=to-payment]', what: 'form answers with a visible message, the user fills the field in and goes on' },
  { id: 'terms', of: 'settings-disabled', screen: '/checkout/payment', selector: '[data-testid=pay]', what: 'disabled Pay pressed once, then the terms box is ticked' },
  { id: 'likes', of: 'hold-spin', screen: '/feed', selector: '[data-testid=like]', what: 'like tapped ten times, counting up each time' },
  { id: 'peek', of: 'hold-spin', screen: '/feed', selector: '[data-testid=story-peek]', what: 'press-and-hold preview used as meant' },
  { id: 'long-read', of: 'filter-freeze', screen: '/p/*', selector: '[data-testid=tab-reviews]', what: 'user reads for long after an answered tap' },
];

/** Harmless behaviour without a partner fault. */
export const BENIGN = ['carousel', 'calendar', 'triple', 'double', 'tabs', 'download', 'to-top', 'current-tab', 'text-tap', 'canvas', 'chat', 'order-poll', 'copy'];
