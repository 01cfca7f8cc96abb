// A shop of several screens, compiled by Svelte, with Embla and noUiSlider.
import { mount } from 'svelte';
import Shop from './loom.svelte';

mount(Shop, { target: document.getElementById('app') });
