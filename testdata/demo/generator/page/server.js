// The shop's server, with virtual latency: window.fetch never leaves the page.
(() => {
  if (!window.__clock || window.__server) return;
  window.__server = true;
  const f = (id) => window.__faults && window.__faults[id];
  const kinds = ['lamp', 'rug', 'chair', 'vase'];
  let polls = 0;
  let n = 0;
  const jitter = (base) => base + ((n++ * 37) % 60);
  function answer(method, path) {
    const url = new URL(path, location.href);
    const slug = url.searchParams.get('c') || location.pathname.split('/')[2] || 'lamps';
    const kind = kinds.find((k) => slug.startsWith(k)) || 'lamp';
    const ids = (from, count, step) => Array.from({ length: count }, (_, i) => `${kind}-${(from + i * step) % 9}`);
    switch (`${method} ${url.pathname}`) {
      case 'POST /telemetry': return window.__boot.beacon ? [503, {}, jitter(180)] : [200, {}, jitter(90)];
      case 'GET /api/search': return [200, { ids: ids(url.search.length % 9, 5, 2) }, f('search-slow') ? window.__faults.slowMs : jitter(330)];
      case 'GET /api/list': return [200, { ids: url.search.includes('price') ? ids(4, 9, 1) : url.search.includes('name') ? ids(7, 9, 1) : ids(0, 9, 1) }, jitter(640)];
      case 'GET /api/feed': return [200, {}, jitter(650)];
      case 'POST /api/coupon': return f('coupon-500') ? [500, {}, jitter(260)] : [200, {}, jitter(300)];
      case 'POST /api/pay': return f('pay-500') ? [500, {}, jitter(620)] : [200, {}, jitter(700)];
      default:
        if (url.pathname.startsWith('/api/orders/')) { polls += 1; return [200, { status: polls > 3 ? 'Shipped' : 'Packed' }, jitter(120)]; }
        return [404, {}, jitter(60)];
    }
  }
  window.fetch = (path, opts) => new Promise((done) => {
    const [status, body, delay] = answer(opts?.method || 'GET', String(path));
    setTimeout(() => done({ ok: status < 400, status, json: async () => body }), delay);
  });
})();
