// An operations dashboard with jQuery and Bootstrap's scripts.
import $ from 'jquery';
import { Collapse, Dropdown, Modal, Tab } from 'bootstrap';
import { el, fault, guard, toast, ticking, beacon } from '../page/kit.js';
import './dash.css';

void [Collapse, Dropdown, Modal, Tab];
el(`<div>
  <h1>Night shift</h1>
  <p class="bar"><span data-ambient id="clock"></span> <span data-ambient id="load"></span></p>
  <div class="bar">
    <div class="dropdown"><button id="site" data-bs-toggle="dropdown">Site: North</button><ul class="dropdown-menu"><li><a class="dropdown-item" href="#">North</a></li><li><a class="dropdown-item" href="#">South</a></li><li><a class="dropdown-item" href="#">Harbour</a></li></ul></div>
    <div class="hov"><span id="help" class="btn">Help</span><div class="pop"><a href="#" id="helpa">Read the manual</a><br><a href="#" id="helpb">Call someone</a></div></div>
    <button id="report" data-bs-toggle="modal" data-bs-target="#dlg">Report</button>
    <a id="copy" class="btn" href="#" role="button">Copy link</a><a id="csv" class="btn" href="/files/night.csv" download>Download log</a>
    <button id="mailto">Print view</button>
  </div>
  <ul class="nav bar" role="tablist"><li><a class="nav-link active" id="n0" data-bs-toggle="tab" href="#p0" role="tab">Pumps</a></li><li><a class="nav-link" id="n1" data-bs-toggle="tab" href="#p1" role="tab" aria-selected="false" tabindex="-1">Doors</a></li><li><a class="nav-link" id="n2" data-bs-toggle="tab" href="#p2" role="tab" aria-selected="false" tabindex="-1">Lifts</a></li></ul>
  <div class="tab-content"><div class="tab-pane active" id="p0">Four pumps run.</div><div class="tab-pane" id="p1">All doors are shut.</div><div class="tab-pane" id="p2">Lift two is resting.</div></div>
  <table id="tab"><thead><tr><th data-k="0">Device</th><th data-k="1">Load</th></tr></thead><tbody></tbody></table>
  <div class="bar"><button id="ack">Acknowledge</button><button id="restart">Restart pump</button><button id="logs">Fetch logs</button><button id="scan">Deep scan</button><button id="test">Test alarm</button><span class="btn" id="down">▾</span><b id="lvl">5</b><span class="btn" id="up">▴</span><div class="btn" id="pin">Pin board</div><button id="talk">Hold to talk</button></div>
  <p id="out">No news.</p><div id="log"></div>
  <div class="card"><a href="#acc" id="acchead" class="collapsed" aria-expanded="false" data-bs-toggle="collapse" data-bs-target="#acc">Who is on duty?</a><div id="acc" class="collapse">Ada until two, then Bo.</div></div>
  <input id="word" placeholder="Shift note"> <label><input type="checkbox" id="mute"> Mute sounds</label> <label for="file" class="btn">Add a photo</label><input type="file" id="file" hidden>
  <form id="visit" novalidate class="card"><b>Visitor book</b><p><label>Name <input id="vname"></label> <i class="bad" id="vnamebad"></i></p><p><label>Badge <input id="vbadge"></label> <i class="bad" id="vbadgebad"></i></p><button id="sign">Sign in</button> <button type="reset" id="clear">Start over</button></form>
  <div id="gauge"></div><div id="plan" title="Plan of the site"></div>
  <p id="para">Read every gauge at midnight and at four. Write down what you see, not what you expect.</p>
  <div class="modal" id="dlg" tabindex="-1"><div class="modal-dialog"><div class="modal-content card"><p>Send the report of this night?</p><button id="dlgno" data-bs-dismiss="modal">Not yet</button></div></div></div>
</div>`);
const rows = ['Pump', 'Fan', 'Valve', 'Gate', 'Light'].map((n, i) => [n, (i * 37) % 60]);
const draw = () => { $('#tab tbody').html(rows.map(([n, l]) => `<tr class="dev"><td>${n}</td><td>${l}</td></tr>`).join('')); };
draw();
let up = 1;
$('#tab th').on('click', function sort() { const k = Number(this.dataset.k); guard('sort', () => { up = -up; rows.sort((a, b) => (a[k] < b[k] ? -up : up)); draw(); })(); });
$('#tab tbody').on('click', '.dev', function pick() { guard('dev', () => { $('.dev.on').not(this).removeClass('on'); $(this).toggleClass('on'); })(); });
$('.dropdown-item').on('click', function site(e) { e.preventDefault(); window.__ran += 1; $('#site').text(`Site: ${this.textContent}`); });
const on = (id, fn, opt) => $(`#${id}`).on('click', (e) => { if (e.currentTarget.tagName === 'A' && !e.currentTarget.download) e.preventDefault(); guard(id, fn, opt)(); });
let n = 5; let runs = 0;
on('up', () => { n += 1; $('#lvl').text(n); });
on('down', () => { n -= 1; $('#lvl').text(n); });
on('ack', () => { runs += 1; $('#out').text(`Acknowledged ${runs} alarms`); }, { req: '/api/ack', bad: () => $('#out').text(`Not acknowledged (${runs += 1})`) });
on('restart', () => toast('Pump restarted'), { req: '/api/restart', bad: () => toast('Pump does not answer', true) });
on('logs', () => { $('#log').html(['Door 3 opened', 'Fan slower', 'Door 3 shut', 'Lift called', 'Rain', 'Quiet'].map((x) => `<p class="card">${x} ${runs += 1}</p>`).join('')); }, { req: '/api/logs', get: true });
on('scan', () => { $('#out').text(`Scan ${runs += 1}: nothing found`); });
on('test', () => toast('Alarm tested'));
on('pin', () => { $('#pin').toggleClass('on'); });
on('copy', () => {}); on('csv', () => {}); on('mailto', () => { $('body').toggleClass('print'); });
on('helpa', () => { $('#out').text(`Manual page ${runs += 1}`); }); on('helpb', () => toast('Ringing'));
$('#talk').on('pointerdown', () => { window.__ran += 1; el('<p id="onair" class="card">On air</p>'); }).on('pointerup pointercancel', () => $('#onair').remove()).on('contextmenu', (e) => e.preventDefault());
$('#visit').on('reset', () => { window.__ran += 1; $('.bad').text(''); });
$('#visit').on('submit', (e) => {
  e.preventDefault();
  guard('sign', () => {
    const name = $('#vname').val().trim().length > 2; const badge = /^[A-Z]-\d{3}$/.test($('#vbadge').val());
    $('#vnamebad').text(name ? '' : 'Full name, please'); $('#vbadgebad').text(badge ? '' : 'A letter, a dash, three digits');
    if (name && badge) { e.target.reset(); toast('The door opens'); }
  }, { req: '/api/visit', bad: () => toast('The door does not answer', true) })();
});
$('#mute').on('change', () => { window.__ran += 1; $('#out').text($('#mute').is(':checked') ? 'Sounds are off' : 'Sounds are on'); });
$('#mute').parent().attr('id', 'mutelabel');
// Bootstrap listens before anything in the page does; its own events are where it can be broken.
for (const [id, event] of [['site', 'show.bs.dropdown'], ['n1', 'show.bs.tab'], ['acchead', 'show.bs.collapse'], ['report', 'show.bs.modal']]) document.addEventListener(event, (e) => { if (fault(id).mode === 'dead') e.preventDefault(); });
setInterval(() => { $('#clock').text(new Date().toISOString().slice(11, 19)); }, 1000);
if (window.__boot.flavour) setInterval(() => { $('#load').text(`Load ${Math.round(40 + 20 * Math.sin(Date.now() / 7000))} %`); }, 2500);
if (window.__boot.flavour === 2) ticking(4000, (i) => `Ticker: ${['calm sea', 'light wind', 'rain later', 'full moon'][i % 4]}`);
beacon(15000);
