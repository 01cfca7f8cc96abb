// A sports club, written with React Native's components.
import { AppRegistry } from 'react-native-web';
import Club from './club.jsx';
import { beacon } from '../page/kit.js';

AppRegistry.registerComponent('club', () => Club);
AppRegistry.runApplication('club', { rootTag: document.getElementById('app') });
if (window.__boot.flavour === 1) beacon(23000);
