// A helpdesk: letters of customers, a board, people, a guide, numbers and one's own settings. Compiled by Svelte.
import { mount } from 'svelte';
import './relay.css';
import Relay from './relay.svelte';

mount(Relay, { target: document.getElementById('app') });
