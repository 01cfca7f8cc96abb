// A review page of web components (Shoelace): everything lies in shadow roots.
import '@shoelace-style/shoelace/dist/themes/light.css';
import '@shoelace-style/shoelace/dist/components/button/button.js';
import '@shoelace-style/shoelace/dist/components/switch/switch.js';
import '@shoelace-style/shoelace/dist/components/rating/rating.js';
import '@shoelace-style/shoelace/dist/components/details/details.js';
import '@shoelace-style/shoelace/dist/components/tab-group/tab-group.js';
import '@shoelace-style/shoelace/dist/components/tab/tab.js';
import '@shoelace-style/shoelace/dist/components/tab-panel/tab-panel.js';
import '@shoelace-style/shoelace/dist/components/input/input.js';
import { el, control, toast, $, ticking } from '../page/kit.js';

el('<h1>Rate your stay</h1>');
el('<sl-rating id="stars" label="Rating"></sl-rating>');
el('<p><sl-switch id="anon">Anonymous</sl-switch></p>');
el('<sl-tab-group><sl-tab slot="nav" panel="a" id="taba">Room</sl-tab><sl-tab slot="nav" panel="b" id="tabb">Food</sl-tab><sl-tab-panel name="a">The room</sl-tab-panel><sl-tab-panel name="b">The food</sl-tab-panel></sl-tab-group>');
el('<sl-details id="det" summary="More questions">How was the bed?</sl-details>');
el('<p><sl-input id="word" placeholder="In a word"></sl-input></p>');
const bar = el('<div class="bar"></div>');
// A counter with its own shadow root.
customElements.define('x-count', class extends HTMLElement {
  connectedCallback() {
    this.n = 0;
    this.attachShadow({ mode: 'open' }).innerHTML = '<style>button{font:inherit;padding:8px 14px}</style><button part="b">Helpful</button> <span>0</span>';
    this.shadowRoot.querySelector('button').addEventListener('click', () => { window.__ran += 1; this.n += 1; this.shadowRoot.querySelector('span').textContent = this.n; });
  }
});
el('<x-count id="helpful"></x-count>', bar);
control('send', '<sl-button variant="primary">Send review</sl-button>', () => toast('Thank you'), { at: bar, req: '/api/review', busy: (on, e) => { e.loading = on; }, bad: () => toast('Not sent', true) });
control('photos', '<sl-button>Load photos</sl-button>', () => { $('#photos2').innerHTML = '<p>One</p><p>Two</p><p>Three</p><p>Four</p><p>Five</p><p>Six</p>'; }, { at: bar, req: '/api/photos', get: true });
control('draft', '<sl-button>Keep draft</sl-button>', () => toast('Draft kept'), { at: bar });
control('check', '<sl-button>Check spelling</sl-button>', () => { el('<p class="card">No mistakes</p>'); }, { at: bar });
el('<div id="photos2"></div>');
if (window.__boot.flavour === 2) ticking(1000, (n) => `You are writing for ${n} s`);
