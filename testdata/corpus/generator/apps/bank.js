// A bank: accounts, transfers, cards; the page itself is written with Solid.
import { render } from 'solid-js/web';
import Bank from './bank.solid.jsx';
import './bank.css';

render(Bank, document.getElementById('app'));
