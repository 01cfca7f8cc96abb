// A map with Leaflet, without tiles: markers and shapes only.
import L from 'leaflet';
import 'leaflet/dist/leaflet.css';
import { el, control, form, toast, line, $ } from '../page/kit.js';

el('<h1>Bike stations</h1>');
const bar = el('<div class="bar"></div>');
el('<div id="map" style="height:360px;background:#e8efe8"></div>');
window.map = L.map('map', { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false }).setView([51.5, 0], 12);
for (let i = 0; i < 8; i++) L.circleMarker([51.46 + (i % 4) * 0.025, -0.06 + Math.floor(i / 4) * 0.09], { radius: 16, className: `st st${i}` }).addTo(map).bindPopup(`Station ${i + 1}: ${i * 2} bikes`);
const paths = L.layerGroup([L.polyline([[51.44, -0.1], [51.55, 0.1]]), L.polyline([[51.55, -0.1], [51.45, 0.1]])]);
map.on('zoomend moveend', () => { window.__ran += 1; $('#view').textContent = `Zoom ${map.getZoom()}`; });
control('locate', '<button>Where am I</button>', () => { L.circle([51.5, 0.02], { radius: 300 }).addTo(map); line('You are at the station'); }, { at: bar, req: '/api/locate', bad: () => toast('Position unknown', true) });
control('route', '<button>Plan a route</button>', () => { el('<ol><li>Left</li><li>Right</li><li>Bridge</li><li>Park</li><li>Gate</li><li>Here</li></ol>', $('#steps')); }, { at: bar, req: '/api/route', get: true, busy: window.__boot.flavour === 1 ? (on) => { $('#steps').textContent = on ? 'Looking for the best way' : ''; } : undefined });
control('paths', '<button aria-pressed="false">Bike paths</button>', () => { const on = map.hasLayer(paths); on ? paths.remove() : paths.addTo(map); $('#paths').setAttribute('aria-pressed', !on); }, { at: bar });
control('home', '<div class="btn" role="button">Home</div>', () => map.setView([51.5, 0], 12), { at: bar });
control('rent', '<button>Rent here</button>', () => toast('Bike 14 is yours'), { at: bar, req: '/api/rent', bad: () => {} });
const f = el('<form class="bar"><input id="street" placeholder="Street"><button id="go">Go</button></form>');
form('go', f, () => { map.panBy([40, 20], { animate: false }); line('Moved there'); });
el('<p id="view">Zoom 12</p>'); el('<div id="steps"></div>');
