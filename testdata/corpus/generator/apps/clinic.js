// A clinic's own pages: doctors, appointments, a form for new patients; Angular and its Material components, compiled in the browser.
import '@angular/compiler';
import { Component, signal, computed, provideZonelessChangeDetection, ViewEncapsulation } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { FormGroup, FormControl, Validators, ReactiveFormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { MatSlideToggleModule } from '@angular/material/slide-toggle';
import { MatTabsModule } from '@angular/material/tabs';
import { MatExpansionModule } from '@angular/material/expansion';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInputModule } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { MatChipsModule } from '@angular/material/chips';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { MatMenuModule } from '@angular/material/menu';
import { MatPaginatorModule } from '@angular/material/paginator';
import { MatListModule } from '@angular/material/list';
import { guard, toast, beacon } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const FIELDS = ['Skin', 'Eyes', 'Heart', 'Bones', 'Teeth', 'Ears'];
const DOCTORS = Array.from({ length: 24 }, (_, i) => ({ id: i + 1, name: `Dr ${['Abel', 'Brandt', 'Cole', 'Dietz', 'Ekman', 'Falk', 'Gross', 'Hall'][(i * 3) % 8]}`, field: FIELDS[(i * 5) % 6], free: 1 + ((i * 7) % 20), stars: 3 + (i % 3) }));
const LINES = ['Bring the card of your insurance.', 'Whoever coughs wears a mask.', 'The lift stops at the second floor.', 'Blood is taken before breakfast.', 'Children come first on Mondays.', 'A result takes three days.'];
const talk = (seed, n) => Array.from({ length: n }, (_, i) => LINES[(seed * 5 + i * 7 + ((i * i) % 3)) % 6]).join(' ');
const range = (n) => Array.from({ length: n }, (_, i) => i);

const app = Component({
  selector: 'clinic-root', encapsulation: ViewEncapsulation.None,
  imports: [ReactiveFormsModule, MatButtonModule, MatSlideToggleModule, MatTabsModule, MatExpansionModule, MatFormFieldModule, MatInputModule, MatSelectModule, MatCheckboxModule, MatChipsModule, MatButtonToggleModule, MatMenuModule, MatPaginatorModule, MatListModule],
  styles: [`clinic-root{display:block}.top{display:flex;gap:16px;padding:10px 0}.hero{height:120px;border-radius:14px;margin:10px 0;padding:12px;background:linear-gradient(120deg,#cfe8e4,#e9f5d9)}.pill{padding:4px 12px;border-radius:12px;background:#dff0ee;cursor:default}.tiny{font-size:8px;line-height:10px}.thumb{display:inline-block;padding:9px 14px;cursor:pointer;user-select:none}.doc{display:flex;justify-content:space-between;align-items:center;padding:8px;border-bottom:1px solid #ddd}.doc .name{flex:1;padding:8px;cursor:pointer}.shelf{overflow-x:auto;white-space:nowrap;padding:12px;border:1px solid #bcc}.shelf i{margin-right:40px}mat-form-field{display:block;margin:4px 0}.mat-mdc-form-field-error{color:#b00020;font-size:12px}.mdc-text-field{padding:0 12px;border-bottom:1px solid #888;background:#f3f6f6;min-height:52px}h1{font-size:24px;margin:8px 0}.cdk-overlay-container{position:fixed;inset:0;pointer-events:none;z-index:1000}.mat-mdc-select-panel,.mat-mdc-menu-panel{background:#fff;box-shadow:0 2px 8px #0004}`],
  template: `
  <nav class="top"><a id="n-docs" href="/clinic" (click)="nav($event, '/')">Doctors</a><a id="n-new" href="/clinic/new" (click)="nav($event, '/new')">New here</a><a id="n-mine" href="/clinic/mine" (click)="nav($event, '/mine')">My data</a><a id="n-advice" href="/clinic/advice" (click)="nav($event, '/advice')">Advice</a></nav>
  @switch (screen()) {
  @case ('doctor') { <button mat-button id="back" (click)="g.back()">arrow back to all doctors</button><h1>{{ doc().name }}</h1><p><span class="pill" id="pill">{{ doc().field }}</span> free in {{ doc().free }} days. {{ said() }}</p>
    <div class="bar"><button mat-flat-button id="book" (click)="g.book()" [disabled]="busy()">Next free hour</button><button mat-stroked-button id="letter" (click)="g.letter()">Ask for a letter</button><span class="thumb" id="thumb" (click)="g.thumb()">👍 {{ thumbs()[doc().id] ?? 0 }}</span><button mat-button id="pulse" (pointerdown)="down()" (pointerup)="up()" (pointercancel)="up()" (contextmenu)="$event.preventDefault()">Press to feel the pulse</button></div>@if (beat()) { <p class="card">72 beats</p> }
    <mat-button-toggle-group id="span" [value]="span()" (change)="g.span($event.value)"><mat-button-toggle value="day" id="s-day">Day</mat-button-toggle><mat-button-toggle value="week" id="s-week">Week</mat-button-toggle><mat-button-toggle value="month" id="s-month">Month</mat-button-toggle></mat-button-toggle-group><p>Hours by the {{ span() }}: {{ span().length * 3 }}</p>
    <p><span class="thumb" id="fewer" (click)="g.fewer()">−</span><b>{{ kids() }}</b><span class="thumb" id="kids" (click)="g.kids()">+</span> children come with me</p>
    <mat-tab-group animationDuration="0ms" (selectedIndexChange)="seen()"><mat-tab label="Room"><p>{{ talk(1, 2) }}</p></mat-tab><mat-tab label="Hours"><p>{{ talk(2, 2) }}</p></mat-tab><mat-tab label="Way"><p>{{ talk(4, 2) }}</p></mat-tab></mat-tab-group><div class="hero" id="photo"></div>@for (i of range(7); track i) { <p class="par">{{ talk(doc().id + i, 7) }}</p> } }
  @case ('new') { <h1>New here?</h1><form [formGroup]="form" (ngSubmit)="g.send()" novalidate><mat-form-field><mat-label>Name</mat-label><input matInput id="name" formControlName="name" autocomplete="off">@if (form.controls.name.invalid) { <mat-error>Your name has three letters at least</mat-error> }</mat-form-field><mat-form-field><mat-label>Number of the card</mat-label><input matInput id="card" formControlName="card" autocomplete="off"><mat-error>A letter and nine digits</mat-error></mat-form-field><mat-form-field><mat-label>Born in the year</mat-label><input matInput id="year" formControlName="year" autocomplete="off"><mat-error>Four digits, please</mat-error></mat-form-field><mat-form-field><mat-label>Who sent you</mat-label><input matInput id="from" formControlName="from" autocomplete="off"></mat-form-field><mat-form-field><mat-label>Insured with</mat-label><mat-select id="fund" (selectionChange)="seen()"><mat-option value="a">Sea fund</mat-option><mat-option value="b">Hill fund</mat-option><mat-option value="c">None</mat-option></mat-select></mat-form-field>
    <div class="bar"><button mat-flat-button type="submit" id="send">Enrol me</button><button mat-button type="button" id="clear" (click)="clear()">Empty</button></div></form><p id="done">{{ done() }}</p><div class="hero" id="house">The house on the hill</div> }
  @case ('mine') { <h1>My data</h1><p id="state">{{ said() }}</p><mat-slide-toggle id="remind" [checked]="set().remind" (change)="g.remind()">Remind me by mail</mat-slide-toggle><br><mat-slide-toggle id="share" [checked]="set().share" (change)="g.share()">Share with the hospital</mat-slide-toggle><br><mat-checkbox id="sure" (change)="sure.set($event.checked); seen()">I know that it costs</mat-checkbox>
    <div class="bar"><button mat-flat-button id="copy" [disabled]="!sure()" (click)="g.copy()">Copy of the file</button><button mat-stroked-button id="fetch" (click)="g.fetch()">Fetch my results</button><button mat-stroked-button id="wipe" (click)="g.wipe()">Forget my number</button><button mat-button id="joke" (click)="g.joke()">A joke</button><button mat-button id="more" [matMenuTriggerFor]="menu">More</button><mat-menu #menu="matMenu"><button mat-menu-item class="mi" (click)="g.menu('print')">Print</button><button mat-menu-item class="mi" (click)="g.menu('send')">Send</button></mat-menu></div>
    <mat-accordion>@for (t of ['Allergies', 'Operations', 'Medicine']; track t; let i = $index) { <mat-expansion-panel (opened)="seen()" (closed)="seen()"><mat-expansion-panel-header class="fold">{{ t }}</mat-expansion-panel-header><p>{{ talk(i, 2) }}</p></mat-expansion-panel> }</mat-accordion><div class="hero" id="chart">Your weight</div> }
  @case ('advice') { <h1>Advice</h1><p><span class="thumb" id="lab" (click)="g.lab()">Ask the laboratory</span><span class="thumb" id="night" (click)="g.night()">Who is on duty tonight?</span></p><p>{{ said() }}</p><p class="tiny" id="tiny">{{ talk(4, 24) }}</p><div class="shelf" id="shelf">@for (t of FIELDS; track t) { <i>{{ t }}: see page {{ t.length * 7 }} of the blue book</i> }</div>@for (i of range(30); track i) { <h3>{{ i + 1 }}. {{ FIELDS[i % 6] }}</h3><p class="par">{{ talk(i, 9) }}</p> } }
  @default { <h1>Doctors</h1><input id="find" class="find" placeholder="Name" (input)="q.set($any($event.target).value); seen()"><mat-chip-listbox id="chips">@for (t of ['Skin', 'Eyes', 'Heart']; track t) { <mat-chip-option [id]="'c' + t" [selected]="kind() === t" (click)="g.kind(t)">{{ t }}</mat-chip-option> }</mat-chip-listbox>
    <div id="docs">@for (d of shown(); track d.id) { <div class="doc"><span class="name" (click)="g.open(d.id)">{{ d.name }}, {{ d.field }}</span><span class="pill stars">{{ d.stars }} of 5</span><span class="thumb up" (click)="g.like(d.id)">♥ {{ thumbs()[d.id] ?? 0 }}</span></div> }</div><mat-paginator id="pages" [length]="24" [pageSize]="5" [pageIndex]="page()" [hidePageSize]="true" (page)="page.set($event.pageIndex); seen()"></mat-paginator>
    <div class="bar"><button mat-stroked-button id="queue" (click)="g.queue()">Who is waiting?</button><button mat-stroked-button id="call" (click)="g.call()">Call me back</button><button mat-button id="tip" (click)="g.tip()">A tip</button><a class="btn" id="list" href="/files/doctors.pdf" download>List to print</a></div><p id="said">{{ said() }}</p><div class="hero" id="hero">Get your jab now</div><p id="foot">We are open from seven. Whoever comes without an hour of his own waits until everybody else has been seen.</p> } }`,
})(class Clinic {
  where = signal(path()); kind = signal(''); page = signal(0); q = signal(''); said = signal(''); busy = signal(false); thumbs = signal({}); beat = signal(false); span = signal('day'); kids = signal(1); done = signal(''); sure = signal(false); set = signal({ remind: true, share: false });
  screen = computed(() => (this.where().startsWith('/doctor/') ? 'doctor' : this.where().slice(1)));
  doc = computed(() => DOCTORS[Number(this.where().slice(8)) - 1] ?? DOCTORS[0]);
  shown = computed(() => DOCTORS.filter((d) => (!this.kind() || d.field === this.kind()) && d.name.toLowerCase().includes(this.q().toLowerCase())).slice(this.kind() ? 0 : this.page() * 5).slice(0, 5));
  form = new FormGroup({ name: new FormControl('', [Validators.required, Validators.minLength(3)]), card: new FormControl('', [Validators.required, Validators.pattern(/^[A-Z]\d{9}$/)]), year: new FormControl('', [Validators.required, Validators.pattern(/^(19|20)\d\d$/)]), from: new FormControl('') });
  FIELDS = FIELDS; talk = talk; range = range; n = 0;
  constructor() { routes((p) => { this.said.set(''); this.kind.set(''); this.q.set(''); this.page.set(0); this.where.set(p); }); }
  say(t) { this.n += 1; this.said.set(`${t} (${this.n})`); }
  like(id) { this.thumbs.set({ ...this.thumbs(), [id]: (this.thumbs()[id] ?? 0) + 1 }); }
  seen() { window.__ran += 1; }
  nav(e, to) { e.preventDefault(); this.seen(); go(to); }
  down() { this.seen(); this.beat.set(true); }
  up() { this.beat.set(false); }
  clear() { this.seen(); this.empty(); this.done.set(''); }
  empty() { this.form.reset({ name: '', card: '', year: '', from: '' }); }
  flip(k) { this.set.set({ ...this.set(), [k]: !this.set()[k] }); this.say(`${k} is ${this.set()[k] ? 'on' : 'off'}`); }
  /** act wraps fn as guard does, for handlers that are given a value. */
  act(id, fn, opt) { return (x) => guard(id, () => fn(x), opt)(); }
  g = {
    open: this.act('open', (id) => go(`/doctor/${id}`)), back: this.act('back', () => go('/')), kind: this.act('kind', (t) => this.kind.set(this.kind() === t ? '' : t)), like: this.act('like', (id) => this.like(id)), thumb: this.act('thumb', () => this.like(this.doc().id)), span: this.act('span', (v) => this.span.set(v)), kids: this.act('kids', () => this.kids.set(this.kids() + 1)), fewer: this.act('fewer', () => this.kids.set(Math.max(0, this.kids() - 1))),
    book: this.act('book', () => this.say('Tuesday at nine is yours'), { req: '/api/book', busy: (on) => this.busy.set(on), bad: () => this.say('No hour could be had') }), letter: this.act('letter', () => toast('The letter is being written'), { req: '/api/letter', bad: () => toast('No letter today', true) }), queue: this.act('queue', () => this.say('Seven people wait'), { req: '/api/queue', get: true, bad: () => this.say('Nobody could count them') }), call: this.act('call', () => toast('We will call'), { req: '/api/call', bad: () => toast('The line is dead', true) }), tip: this.act('tip', () => this.say('Drink water')),
    lab: this.act('lab', () => this.say('Nothing was found'), { req: '/api/lab', get: true }), night: this.act('night', () => this.say('Dr Hall is'), { req: '/api/night', get: true }), remind: this.act('remind', () => this.flip('remind')), share: this.act('share', () => this.flip('share')), copy: this.act('copy', () => this.say('Your copy is on its way')), fetch: this.act('fetch', () => this.say('All is well'), { req: '/api/results', get: true, bad: () => this.say('The laboratory is silent') }), wipe: this.act('wipe', () => toast('Your number is forgotten'), { req: '/api/wipe', bad: () => toast('Not possible now', true) }), joke: this.act('joke', () => this.say('A doctor walks in')), menu: this.act('menu', (t) => this.say(`${t}: done`)),
    send: this.act('send', () => { if (this.form.valid) { const who = this.form.value.name; this.form.reset(); this.n += 1; this.empty(); this.done.set(`Enrolled as no. ${this.n}: ${who}`); } }, { req: '/api/enrol', bad: () => toast('You could not be enrolled', true) }),
  };
});
document.getElementById('app').innerHTML = '<clinic-root></clinic-root>';
bootstrapApplication(app, { providers: [provideZonelessChangeDetection()] });
if (window.__boot.flavour === 1) beacon(25000);
